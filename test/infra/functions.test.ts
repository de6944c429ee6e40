import { describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { type Group, groups } from '../../lib/functions.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { ofGroup, resources, synthesize, target } from './synthesized.ts';

const template = synthesize();

interface Expected {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly table: readonly string[];
  readonly index: readonly string[];
  readonly userPool: readonly string[];
  readonly environment: readonly string[];
}

const readAndWrite = [
  'dynamodb:BatchGetItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

/** Said a second time on purpose: a right that is added is to be seen in a review of this list. */
const expected: Readonly<Record<Group, Expected>> = {
  catalog: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
    index: ['dynamodb:Query'],
    userPool: [],
    environment: ['TABLE_NAME'],
  },
  account: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    index: [],
    userPool: [],
    environment: ['TABLE_NAME', 'USER_POOL_CLIENT_ID'],
  },
  booking: {
    memoryMb: 1024,
    timeoutSeconds: 10,
    table: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    index: [],
    userPool: [],
    environment: ['TABLE_NAME'],
  },
  organizer: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: readAndWrite,
    index: ['dynamodb:Query'],
    userPool: [],
    environment: ['TABLE_NAME'],
  },
  admin: {
    memoryMb: 1024,
    timeoutSeconds: 29,
    table: readAndWrite,
    index: ['dynamodb:Query'],
    userPool: [
      'cognito-idp:AdminAddUserToGroup',
      'cognito-idp:AdminCreateUser',
      'cognito-idp:AdminDeleteUser',
      'cognito-idp:AdminGetUser',
      'cognito-idp:AdminListGroupsForUser',
      'cognito-idp:AdminRemoveUserFromGroup',
      'cognito-idp:AdminSetUserPassword',
      'cognito-idp:ListUsers',
    ],
    environment: ['TABLE_NAME', 'USER_POOL_ID'],
  },
  system: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:DescribeTable'],
    index: [],
    userPool: ['cognito-idp:DescribeUserPool'],
    environment: ['SERVICE_VERSION', 'TABLE_NAME', 'USER_POOL_ID'],
  },
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}
const actionsOf = (statement: Statement | undefined) => (statement ? [statement.Action].flat().sort() : []);

test('every group of the contract has a function, and no other does', () => {
  expect(Object.keys(resources(template, 'AWS::Lambda::Function'))).toHaveLength(groups.length);
  expect([...groups].sort()).toEqual([...new Set(operations.map((operation) => operation.group))].sort());
});

describe.each(groups)('the function %s', (group) => {
  const { Properties: properties } = ofGroup(template, 'AWS::Lambda::Function', group);
  const statements: Statement[] = ofGroup(template, 'AWS::IAM::Policy', group).Properties.PolicyDocument.Statement;
  const on = (type: string, suffix = '') => {
    const [logicalId] = Object.keys(resources(template, type));
    return statements.filter(
      ({ Resource }) =>
        target(Resource) === logicalId && JSON.stringify(Resource).includes('/index/gsi1"') === (suffix !== ''),
    );
  };

  test('runs Node.js 24 on arm64 as an ES module, with source maps and tracing', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
    expect(properties.Environment.Variables.NODE_OPTIONS).toBe('--enable-source-maps');
  });

  test('has the memory and the time that are meant for it, and answers before API Gateway gives up', () => {
    expect(properties.MemorySize).toBe(expected[group].memoryMb);
    expect(properties.Timeout).toBe(expected[group].timeoutSeconds);
    expect(properties.Timeout).toBeLessThan(30);
  });

  test('logs into a group of its own that is not kept for ever', () => {
    const logGroupId = target(properties.LoggingConfig.LogGroup) ?? '';
    expect(logGroupId).toMatch(new RegExp(`^${group}Logs`));
    expect(resources(template, 'AWS::Logs::LogGroup')[logGroupId]?.Properties.RetentionInDays).toBe(14);
  });

  test('is told what it has rights on, and nothing else', () => {
    const { NODE_OPTIONS, ...variables } = properties.Environment.Variables;
    expect(NODE_OPTIONS).toBeDefined();
    expect(Object.keys(variables).sort()).toEqual(expected[group].environment);
    if (variables.SERVICE_VERSION) expect(variables.SERVICE_VERSION).toBe(packageJson.version);
  });

  test('may do what its operations need and nothing else', () => {
    const { table, index, userPool } = expected[group];
    const found = {
      table: on('AWS::DynamoDB::GlobalTable').flatMap(actionsOf),
      index: on('AWS::DynamoDB::GlobalTable', 'index').flatMap(actionsOf),
      userPool: on('AWS::Cognito::UserPool').flatMap(actionsOf),
    };
    expect(found).toEqual({ table, index, userPool });
    const others = statements
      .filter(({ Action }) => ![Action].flat().every((action) => /^(?:dynamodb|cognito-idp):/.test(action)))
      .map((statement) => [target(statement.Resource)?.slice(0, `${group}Logs`.length), actionsOf(statement)]);
    expect(others).toEqual([
      [`${group}Logs`, ['logs:CreateLogStream', 'logs:PutLogEvents']],
      [undefined, ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']],
    ]);
  });

  test('has no right on all resources, except to send traces, and no wildcard among its actions', () => {
    for (const statement of statements) {
      for (const action of actionsOf(statement)) expect(action).not.toContain('*');
      const isTracing = actionsOf(statement).every((action) => action.startsWith('xray:Put'));
      if (!isTracing) expect(JSON.stringify(statement.Resource)).not.toContain('*');
    }
  });

  test('has no managed policy', () => {
    expect(ofGroup(template, 'AWS::IAM::Role', group).Properties.ManagedPolicyArns).toBeUndefined();
  });
});
