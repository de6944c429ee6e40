import { expect, test } from 'vitest';
import { limits } from '../../functions/domain/limits.ts';
import { only, synthesize } from './synthesized.ts';

const template = synthesize();
const pool = only(template, 'AWS::Cognito::UserPool');
const client = only(template, 'AWS::Cognito::UserPoolClient').Properties;

test('people sign up themselves, by an email address that they confirm, in any case', () => {
  expect(pool.Properties).toMatchObject({
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
    UsernameAttributes: ['email'],
    AutoVerifiedAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  });
});

test('a password needs twelve characters of any kind', () => {
  expect(pool.Properties.Policies.PasswordPolicy).toEqual({
    MinimumLength: 12,
    RequireLowercase: false,
    RequireUppercase: false,
    RequireNumbers: false,
    RequireSymbols: false,
  });
});

test('the pool cannot be deleted and outlives the stack', () => {
  expect(pool.Properties.DeletionProtection).toBe('ACTIVE');
  expect(pool.DeletionPolicy).toBe('Retain');
});

test('the client is public, and signs in by password and refresh token only', () => {
  expect(client.GenerateSecret).toBe(false);
  expect(client.ExplicitAuthFlows.sort()).toEqual(['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH']);
  expect(client.AllowedOAuthFlows).toBeUndefined();
});

test('sign-in does not tell whether an account exists', () => {
  expect(client.PreventUserExistenceErrors).toBe('ENABLED');
});

test('access tokens last an hour, refresh tokens thirty days and can be revoked', () => {
  expect(client).toMatchObject({
    AccessTokenValidity: 60,
    RefreshTokenValidity: 30 * 24 * 60,
    TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'minutes' },
    EnableTokenRevocation: true,
  });
  // An ended login is kept as long as a token of it may be good.
  expect(limits.loginSeconds).toBe(60 * (client.RefreshTokenValidity + client.AccessTokenValidity));
});

test('there is one group, organizers', () => {
  expect(only(template, 'AWS::Cognito::UserPoolGroup').Properties.GroupName).toBe('organizers');
});
