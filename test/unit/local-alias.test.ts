import { describe, expect, test } from 'vitest';
import { apiRoutes, routesWithoutPermission } from '../../local/api-routes.ts';
import { enforcePolicies } from '../../local/iam/iam.ts';
import type { LambdaFunction } from '../../local/lambda.ts';
import { resolveTemplate } from '../../local/template.ts';
import { fakeTemplate } from '../support/fake-assembly.ts';
import { fakeWorld } from '../support/fake-world.ts';

const executeArn = `arn:aws:execute-api:us-east-1:000000000000:${fakeWorld.id('Api', 10)}`;
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Fake-Function-functionxxxx';
const { Resources: plain } = fakeTemplate();

const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } };
const alias = {
  Type: 'AWS::Lambda::Alias',
  Properties: {
    FunctionName: { Ref: 'Function' },
    FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
    Name: 'live',
  },
};
const changed = (name: string, properties: object) => ({
  [name]: { Type: plain[name]?.Type ?? '', Properties: { ...plain[name]?.Properties, ...properties } },
});
const throughAlias = changed('Integration', { IntegrationUri: { Ref: 'Live' } });
const forAlias = changed('Permission', { FunctionName: { Ref: 'Live' } });
const resolve = (changes: Parameters<typeof fakeTemplate>[0] = {}) =>
  resolveTemplate(fakeTemplate({ Version: version, Live: alias, ...changes }), fakeWorld);

describe('an alias', () => {
  test('has the ARN of its function with its name', () => {
    expect(resolve().of('AWS::Lambda::Alias')[0]?.ref).toBe(`${functionArn}:live`);
  });

  test('leads a route to its function', () => {
    const target = {} as LambdaFunction;
    const wiring = {
      functions: new Map([[functionArn, target]]),
      jwtAuthorizers: new Map(
        resolve()
          .of('AWS::ApiGatewayV2::Authorizer')
          .map(({ ref }) => [ref, async () => ({})]),
      ),
      iamAuthorizer: async () => ({}),
    } as unknown as Parameters<typeof apiRoutes>[1];
    const routes = apiRoutes(resolve(throughAlias), wiring);
    expect(routes.length).toBeGreaterThan(0);
    for (const route of routes) expect(route.function).toBe(target);
  });

  test('needs a permission of its own: that for the function does not count, as on AWS', () => {
    expect(routesWithoutPermission(resolve({ ...throughAlias, ...forAlias }), executeArn)).toEqual([]);
    expect(routesWithoutPermission(resolve(throughAlias), executeArn)).not.toEqual([]);
    expect(routesWithoutPermission(resolve(forAlias), executeArn)).not.toEqual([]);
  });
});

describe('a deployment group', () => {
  const role = (actions: readonly string[], service = 'codedeploy.amazonaws.com') => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
      },
      Policies: [
        {
          PolicyName: 'rights',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: actions, Resource: { 'Fn::GetAtt': ['Function', 'Arn'] } }],
          },
        },
      ],
    },
  });
  const group = (alarm: unknown) => ({
    Type: 'AWS::CodeDeploy::DeploymentGroup',
    Properties: {
      ApplicationName: 'fake',
      DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
      ServiceRoleArn: { 'Fn::GetAtt': ['Deployer', 'Arn'] },
      AutoRollbackConfiguration: { Enabled: true },
      ...(alarm !== undefined && { AlarmConfiguration: { Enabled: true, Alarms: [{ Name: alarm }] } }),
    },
  });
  const start = (deployer: ReturnType<typeof role>, alarm?: unknown) =>
    enforcePolicies(resolve({ Deployer: deployer, Deployment: group(alarm) }), fakeWorld);
  const rights = ['lambda:GetAlias', 'lambda:UpdateAlias'];

  test('may move the alias of its function', () => {
    expect(() => start(role(rights))).not.toThrow();
  });

  test.each([
    ['lambda:UpdateAlias', role(['lambda:GetAlias'])],
    ['lambda:GetAlias', role(['lambda:UpdateAlias'])],
    ['sts:AssumeRole', role(rights, 'lambda.amazonaws.com')],
  ])('is refused at start without the right to %s', (right, deployer) => {
    expect(() => start(deployer)).toThrow(`needs the right to ${right}`);
  });

  test('is refused at start where it watches an alarm that is not there', () => {
    expect(() => start(role(rights), 'nothing')).toThrow('watches the alarm nothing');
  });
});
