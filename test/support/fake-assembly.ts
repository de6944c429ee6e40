// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of CloudFormation.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../local/synthesize.ts';

const stackName = 'Fake';
type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

/** A template with all that the local stack asks for, one function, and one route of each kind of authorization. */
export function fakeTemplate(changes: Resources = {}): Template {
  const apiArn = 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}';
  return {
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          Replicas: [{ Region: { Ref: 'AWS::Region' } }],
        },
      },
      Pool: { Type: 'AWS::Cognito::UserPool', Properties: { UsernameAttributes: ['email'] } },
      Client: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'Pool' } } },
      Group: {
        Type: 'AWS::Cognito::UserPoolGroup',
        Properties: { UserPoolId: { Ref: 'Pool' }, GroupName: 'organizers' },
      },
      Role: role(),
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'code.zip' },
          Handler: 'index.handler',
          Runtime: 'nodejs24.x',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Timeout: 1,
          Environment: { Variables: { TABLE_NAME: { Ref: 'Table' }, NODE_OPTIONS: '--enable-source-maps' } },
        },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { Ref: 'Function' },
          Principal: 'apigateway.amazonaws.com',
          SourceArn: { 'Fn::Sub': `${apiArn}/*` },
        },
      },
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'fake', ProtocolType: 'HTTP' } },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': ['Function', 'Arn'] },
          PayloadFormatVersion: '2.0',
        },
      },
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: { Ref: 'Api' },
          Name: 'People',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: {
            Audience: [{ Ref: 'Client' }],
            Issuer: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}' },
          },
        },
      },
      Policy: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: { 'Fn::Sub': `${apiArn}/*/*/admin/*` } },
            ],
          },
        },
      },
      Anything: route('$default'),
      Items: route('GET /items/{itemId}'),
      Known: route('GET /items/known'),
      Admin: route('POST /admin/thing', { AuthorizationType: 'AWS_IAM' }),
      Elsewhere: route('POST /elsewhere', { AuthorizationType: 'AWS_IAM' }),
      Me: route('GET /me', { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Authorizer' } }),
      Mine: route('GET /mine', {
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'Authorizer' },
        AuthorizationScopes: ['aws.cognito.signin.user.admin'],
      }),
      ...changes,
    },
  };
}

/** A role that everything may run with, and by default do anything with. */
export function role(actions: readonly string[] = ['*'], resource: unknown = '*') {
  const services = ['lambda.amazonaws.com', 'pipes.amazonaws.com'];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: services } }],
      },
      Policies: [
        {
          PolicyName: 'rights',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
          },
        },
      ],
    },
  };
}

function route(routeKey: string, authorization: Record<string, unknown> = {}) {
  const target = { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] };
  return {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: { Ref: 'Api' }, RouteKey: routeKey, Target: target, ...authorization },
  };
}

/** Writes what `cdk synth` would, with `code` as the module of the function. */
export function writeAssembly(template: Template, code: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'evently-fake-'));
  const write = (name: string, content: unknown) => writeFileSync(join(directory, name), JSON.stringify(content));
  mkdirSync(join(directory, 'asset.code'));
  writeFileSync(join(directory, 'asset.code/index.mjs'), code);
  write('template.json', template);
  write('manifest.json', {
    artifacts: { [stackName]: { type: 'aws:cloudformation:stack', properties: { templateFile: 'template.json' } } },
  });
  write(`${stackName}.assets.json`, {
    files: { code: { source: { path: 'asset.code' }, destinations: { here: { objectKey: 'code.zip' } } } },
  });
  return directory;
}
