import { ConfirmSignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { invalid } from '../domain/errors.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { alike, answered } from '../shared/identity-errors.ts';
import type { Handler } from './request.ts';

/** One answer for a wrong code, an unknown address and a confirmed account. */
const refusal = () => invalid('code', 'is wrong or expired, or was used already');

export const confirmRegistration: Handler<'confirmRegistration'> = async ({ body: { email, code } }) => {
  const command = new ConfirmSignUpCommand({
    ClientId: env('USER_POOL_CLIENT_ID'),
    Username: email,
    ConfirmationCode: code,
  });
  await answered(
    identity.send(command),
    alike(
      refusal,
      'CodeMismatchException',
      'ExpiredCodeException',
      'UserNotFoundException',
      'NotAuthorizedException',
      'AliasExistsException',
      'TooManyFailedAttemptsException',
      'InvalidParameterException',
    ),
  );
  return { status: 204 };
};
