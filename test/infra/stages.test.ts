import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { readSettings } from '../../lib/settings.ts';
import { makeStack, only, resources, synthesize, temporaryFolder } from './synthesized.ts';

const settingsOf = (context: Record<string, unknown>) =>
  readSettings(new App({ context, outdir: temporaryFolder() }).node);

test('without any context it is the stage dev', () => {
  expect(settingsOf({})).toEqual({
    stage: 'dev',
    ephemeral: false,
    logRetentionDays: 14,
    throttleRate: 2_000,
    throttleBurst: 5_000,
    holdTtlSeconds: 600,
    canary: true,
    edge: false,
    edgeKey: 1,
  });
});

test('-c stage=prod keeps logs longer and uses all requests that an account has', () => {
  expect(settingsOf({ stage: 'prod' })).toEqual({
    stage: 'prod',
    ephemeral: false,
    logRetentionDays: 90,
    throttleRate: 10_000,
    throttleBurst: 5_000,
    holdTtlSeconds: 600,
    canary: true,
    edge: false,
    edgeKey: 1,
  });
  const template = synthesize({ stage: 'prod' });
  for (const { Properties } of Object.values(resources(template, 'AWS::Logs::LogGroup'))) {
    expect(Properties.RetentionInDays).toBe(90);
  }
  expect(only(template, 'AWS::ApiGatewayV2::Stage').Properties.DefaultRouteSettings).toEqual({
    ThrottlingRateLimit: 10_000,
    ThrottlingBurstLimit: 5_000,
  });
});

test('single settings go before those of the stage, as text or as JSON', () => {
  expect(settingsOf({ stage: 'prod', logRetentionDays: '365', throttleRate: 500, holdTtlSeconds: '30' })).toMatchObject(
    {
      logRetentionDays: 365,
      holdTtlSeconds: 30,
      throttleRate: 500,
    },
  );
});

describe('protection', () => {
  test.each(['dev', 'prod', 'local'])('the stage %s is protected against deletion', (stage) => {
    const { stack } = makeStack({ stage });
    expect(stack.terminationProtection).toBe(true);
  });

  test.each([{ ephemeral: 'true' }, { ephemeral: true }])(
    '%o takes table and user pool away with the stack',
    (context) => {
      const template = synthesize(context);
      const table = only(template, 'AWS::DynamoDB::GlobalTable');
      expect(table.DeletionPolicy).toBe('Delete');
      expect(table.Properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
      expect(table.Properties.Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
      const pool = only(template, 'AWS::Cognito::UserPool');
      expect(pool.DeletionPolicy).toBe('Delete');
      expect(pool.Properties.DeletionProtection).toBe('INACTIVE');
      expect(makeStack(context).stack.terminationProtection).toBe(false);
    },
  );
});

test.each([
  { name: 'stage', value: 'Prod' },
  { name: 'stage', value: '' },
  { name: 'stage', value: 'a-stage-name-that-is-too-long' },
  { name: 'ephemeral', value: 'perhaps' },
  { name: 'logRetentionDays', value: '8' },
  { name: 'logRetentionDays', value: 'for ever' },
  { name: 'throttleRate', value: '0' },
  { name: 'throttleBurst', value: '1.5' },
  { name: 'holdTtlSeconds', value: '4' },
  { name: 'holdTtlSeconds', value: '901' },
])('-c $name=$value is an error that names the setting', ({ name, value }) => {
  expect(() => createApp({ outdir: temporaryFolder(), context: { [name]: value } })).toThrow(
    `The context of the app is not valid. ${name}: `,
  );
});
