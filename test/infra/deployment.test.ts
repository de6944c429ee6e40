import { describe, expect, test } from 'vitest';
import { only, type Resource, resources, startingWith, synthesize, target } from './synthesized.ts';

const template = synthesize({ stage: 'prod' });
const idOf = (type: string) => Object.keys(resources(template, type))[0];
const alias = only(template, 'AWS::Lambda::Alias') as Resource & { readonly UpdatePolicy?: unknown };
const group = only(template, 'AWS::CodeDeploy::DeploymentGroup').Properties;

describe('the booking function', () => {
  test('is called by its alias "live", and by nothing else', () => {
    expect(alias.Properties.Name).toBe('live');
    const functionId = target(alias.Properties.FunctionName);
    expect(functionId).toMatch(/^bookingFunction/);
    const toFunction = (resource: Resource) => JSON.stringify(resource.Properties).includes(`"${functionId}"`);
    for (const type of ['AWS::ApiGatewayV2::Integration', 'AWS::Lambda::Permission']) {
      expect(Object.values(resources(template, type)).filter(toFunction), type).toEqual([]);
    }
    const integrations = Object.values(resources(template, 'AWS::ApiGatewayV2::Integration'));
    const toAlias = integrations.filter(
      ({ Properties }) => target(Properties.IntegrationUri) === idOf('AWS::Lambda::Alias'),
    );
    expect(toAlias).toHaveLength(1);
    const permissions = Object.values(resources(template, 'AWS::Lambda::Permission'));
    const forAlias = permissions.filter(
      ({ Properties }) => target(Properties.FunctionName) === idOf('AWS::Lambda::Alias'),
    );
    expect(forAlias.map(({ Properties }) => Properties.Principal)).toEqual(['apigateway.amazonaws.com']);
  });

  test('has a version that stays when the next one comes, so that there is one to go back to', () => {
    const version = only(template, 'AWS::Lambda::Version');
    expect(target(version.Properties.FunctionName)).toBe(target(alias.Properties.FunctionName));
    expect(version.DeletionPolicy).toBe('Retain');
    expect(target(alias.Properties.FunctionVersion)).toBe(idOf('AWS::Lambda::Version'));
  });

  test('gets a new version for 10% of its calls first, five minutes long', () => {
    expect(group.DeploymentConfigName).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
    const { CodeDeployLambdaAliasUpdate: update } = alias.UpdatePolicy as Record<string, Record<string, unknown>>;
    expect(target(update?.ApplicationName)).toBe(idOf('AWS::CodeDeploy::Application'));
    expect(target(update?.DeploymentGroupName)).toBe(idOf('AWS::CodeDeploy::DeploymentGroup'));
  });

  test('is rolled back by alarms on failures of bookings, and of the function, and of the API', () => {
    expect(group.AutoRollbackConfiguration).toEqual({
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
    });
    expect(group.AlarmConfiguration.Enabled).toBe(true);
    const alarms = resources(template, 'AWS::CloudWatch::Alarm');
    const titles = group.AlarmConfiguration.Alarms.map(
      ({ Name }: { Name: unknown }) => /^(.+?)\. /.exec(alarms[target(Name) ?? '']?.Properties.AlarmDescription)?.[1],
    );
    expect(titles).toEqual(['Booking failures', 'Function errors: booking', 'API errors', 'API latency']);
  });

  test('is not deployed by anything that may touch another function', () => {
    const { Properties: role } = startingWith(template, 'AWS::IAM::Role', 'DeploymentDeploymentGroupRole');
    expect(role.ManagedPolicyArns).toBeUndefined();
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'codedeploy.amazonaws.com' } },
    ]);
    const { Properties: policy } = startingWith(template, 'AWS::IAM::Policy', 'DeploymentDeploymentGroupPolicy');
    const [onFunction, onAlarms, ...others] = policy.PolicyDocument.Statement;
    expect(onFunction.Action).toEqual(['lambda:GetAlias', 'lambda:UpdateAlias']);
    expect(target(onFunction.Resource)).toMatch(/^bookingFunction/);
    expect(onAlarms.Action).toBe('cloudwatch:DescribeAlarms');
    expect(others).toEqual([]);
  });
});

test('-c canary=false deploys at once and looks at no alarm, which an ephemeral stage does anyway', () => {
  for (const made of [synthesize({ canary: 'false' }), synthesize({ ephemeral: true })]) {
    const { Properties } = only(made, 'AWS::CodeDeploy::DeploymentGroup');
    expect(Properties.DeploymentConfigName).toBe('CodeDeployDefault.LambdaAllAtOnce');
    expect(Properties.AlarmConfiguration?.Alarms ?? []).toEqual([]);
    expect(JSON.stringify(resources(made, 'AWS::IAM::Policy'))).not.toContain('cloudwatch:DescribeAlarms');
  }
});

test('-c provisionedConcurrency keeps instances of the alias started', () => {
  expect(alias.Properties.ProvisionedConcurrencyConfig).toBeUndefined();
  const made = synthesize({ provisionedConcurrency: '50' });
  expect(only(made, 'AWS::Lambda::Alias').Properties.ProvisionedConcurrencyConfig).toEqual({
    ProvisionedConcurrentExecutions: 50,
  });
  expect(JSON.stringify(resources(made, 'AWS::IAM::Policy'))).toContain('lambda:GetProvisionedConcurrencyConfig');
  expect(() => synthesize({ provisionedConcurrency: '0' })).toThrow(/provisionedConcurrency/);
});

test('what cannot be made again outlives the stack, and the rest goes with it', () => {
  const kept = Object.entries(template.toJSON().Resources as Record<string, Resource & { Type: string }>)
    .filter(([, { DeletionPolicy }]) => /^Retain/.test(DeletionPolicy ?? ''))
    .map(([, { Type }]) => Type);
  expect(kept.sort()).toEqual(['AWS::Cognito::UserPool', 'AWS::DynamoDB::GlobalTable', 'AWS::Lambda::Version']);
});

test('clients find what they need under /evently/<stage>/, and nothing there is secret', () => {
  const parameters = Object.values(resources(template, 'AWS::SSM::Parameter')).map(({ Properties }) => Properties);
  const parameter = (name: string) => parameters.find(({ Name }) => Name === `/evently/prod/${name}`)?.Value;
  expect(parameters).toHaveLength(5);
  for (const { Type } of parameters) expect(Type).toBe('String');
  expect(target(parameter('api-url'))).toBe(idOf('AWS::ApiGatewayV2::Api'));
  expect(target(parameter('admin-url'))).toBe(idOf('AWS::ApiGatewayV2::Api'));
  expect(target(parameter('user-pool-id'))).toBe(idOf('AWS::Cognito::UserPool'));
  expect(target(parameter('user-pool-client-id'))).toBe(idOf('AWS::Cognito::UserPoolClient'));
  expect(parameter('region')).toEqual({ Ref: 'AWS::Region' });
});

describe('a table that was restored', () => {
  const restoredTable = 'evently-restored';
  const restoredStreamArn = `arn:aws:dynamodb:eu-central-1:111122223333:table/${restoredTable}/stream/2026-11-21T00:00:00.000`;

  test('stands in for the own one, for every function and the change feed', () => {
    const made = synthesize({ stage: 'prod', restoredTable, restoredStreamArn });
    expect(resources(made, 'AWS::DynamoDB::GlobalTable')).toEqual({});
    for (const { Properties } of Object.values(resources(made, 'AWS::Lambda::Function'))) {
      const { TABLE_NAME: name } = Properties.Environment.Variables;
      expect([undefined, restoredTable]).toContain(name);
    }
    expect(JSON.stringify(resources(made, 'AWS::IAM::Policy'))).toContain(`:table/${restoredTable}/index/gsi1`);
    const text = JSON.stringify(made.toJSON());
    expect(text).toContain(restoredStreamArn);
    expect(text).not.toContain('DataTable');
  });

  test.each([
    { restoredTable },
    { restoredStreamArn },
    { restoredTable: 'evently-other', restoredStreamArn },
    { restoredTable, restoredStreamArn: 'no-arn' },
  ])('has to come with its own stream: %o', (context) => {
    expect(() => synthesize(context)).toThrow(/restored/);
  });
});
