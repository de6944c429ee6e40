// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of CloudFormation.
import { describe, expect, test } from 'vitest';
import { routesWithoutPermission } from '../../local/api-routes.ts';
import { createTableInput } from '../../local/dynamodb.ts';
import { resolveTemplate } from '../../local/template.ts';
import { fakeTemplate } from '../support/fake-assembly.ts';
import { fakeWorld } from '../support/fake-world.ts';

const resolve = (changes: Parameters<typeof fakeTemplate>[0] = {}) => resolveTemplate(fakeTemplate(changes), fakeWorld);
const environment = (variables: Record<string, unknown>) => {
  const { Properties } = fakeTemplate().Resources.Function ?? {};
  const changed = {
    Type: 'AWS::Lambda::Function',
    Properties: { ...Properties, Environment: { Variables: variables } },
  };
  return resolve({ Function: changed }).of('AWS::Lambda::Function')[0]?.properties.Environment?.Variables;
};

describe('what is not understood is an error that names it', () => {
  test('a resource type', () => {
    expect(() => resolve({ Jobs: { Type: 'AWS::S3::Bucket' } })).toThrow(
      'Jobs is of type AWS::S3::Bucket, which the local stack does not know.',
    );
  });

  test('an intrinsic function', () => {
    expect(() => environment({ A: { 'Fn::ImportValue': 'x' } })).toThrow(
      'Function (AWS::Lambda::Function) uses Fn::ImportValue, which the local stack does not know.',
    );
  });

  test('a reference to nothing, and an attribute that is none', () => {
    expect(() => environment({ A: { Ref: 'Nothing' } })).toThrow('refers to Nothing');
    expect(() => environment({ A: { 'Fn::GetAtt': ['Table', 'Colour'] } })).toThrow('asks for Table.Colour');
  });

  test('a property', () => {
    const api = { Name: 'fake', ProtocolType: 'HTTP', CorsConfiguration: { AllowOrigins: ['*'] } };
    expect(() => resolve({ Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: api } })).toThrow(
      'Api (AWS::ApiGatewayV2::Api) has properties that the local stack does not understand: unknown: CorsConfiguration.',
    );
  });

  test('a value that would be ignored', () => {
    const stage = { ApiId: { Ref: 'Api' }, StageName: 'v1', AutoDeploy: true };
    expect(() => resolve({ Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: stage } })).toThrow('StageName');
  });

  test('a section of the template', () => {
    expect(() => resolveTemplate({ ...fakeTemplate(), Conditions: {} }, fakeWorld)).toThrow('a section Conditions');
  });
});

describe('intrinsic functions', () => {
  test('stand for their values, nested too', () => {
    const table = 'Fake-Table-tablexxxxxxx';
    expect(
      environment({
        REF: { Ref: 'Table' },
        ATTRIBUTE: { 'Fn::GetAtt': ['Table', 'Arn'] },
        DOTTED: { 'Fn::GetAtt': 'Table.Arn' },
        JOIN: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, { Ref: 'Table' }]] },
        SUB: { 'Fn::Sub': '${AWS::StackName}/${Table}/${Table.Arn}/${!Literal}' },
        SUB_WITH_VALUES: { 'Fn::Sub': ['${Own}-${Table}', { Own: { Ref: 'AWS::AccountId' } }] },
        SELECT: { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] },
        NOTHING: { Ref: 'AWS::NoValue' },
      }),
    ).toEqual({
      REF: table,
      ATTRIBUTE: `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`,
      DOTTED: `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`,
      JOIN: `a-us-east-1-${table}`,
      SUB: `Fake/${table}/arn:aws:dynamodb:us-east-1:000000000000:table/${table}/\${Literal}`,
      SUB_WITH_VALUES: `000000000000-${table}`,
      SELECT: 'b',
    });
  });

  test('take the name that a resource gives itself', () => {
    const properties = {
      ...fakeTemplate().Resources.Table?.Properties,
      TableName: { 'Fn::Sub': '${AWS::StackName}-t' },
    };
    const [table] = resolve({ Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: properties } }).of(
      'AWS::DynamoDB::GlobalTable',
    );
    expect(table?.ref).toBe('Fake-t');
  });
});

describe('resources', () => {
  test('a table is created with its keys, indexes and stream', () => {
    const properties = {
      ...fakeTemplate().Resources.Table?.Properties,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    };
    const [table] = resolve({ Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: properties } }).of(
      'AWS::DynamoDB::GlobalTable',
    );
    if (!table) throw new Error('no table');
    expect(createTableInput('t', table.properties)).toEqual({
      TableName: 't',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  test('a permission that leaves out a route is noticed', () => {
    const template = (resource: string) => {
      const { Properties } = fakeTemplate().Resources.Permission ?? {};
      const SourceArn = { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/${resource}` };
      return resolve({ Permission: { Type: 'AWS::Lambda::Permission', Properties: { ...Properties, SourceArn } } });
    };
    const executeArn = `arn:aws:execute-api:us-east-1:000000000000:${fakeWorld.id('Api', 10)}`;
    expect(routesWithoutPermission(template('*/*'), executeArn)).toEqual([]);
    // Invoking the default route has an ARN of two parts: https://github.com/aws/serverless-application-model/issues/1860
    expect(routesWithoutPermission(template('*/*/*'), executeArn)).toEqual(['$default']);
    expect(routesWithoutPermission(template('*/GET/items/*'), executeArn)).not.toContain('GET /items/{itemId}');
  });
});
