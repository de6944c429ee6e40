import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { entryPoints, type FunctionName } from '../../lib/entry-points.ts';
import { groups } from '../../lib/functions.ts';
import { replayWorker, workers } from '../../lib/workers.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { ofFunction, prefixOf, resources, synthesize, target } from './synthesized.ts';

const template = synthesize();
const names = Object.keys(entryPoints) as FunctionName[];

interface Expected {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly table: readonly string[];
  readonly index: readonly string[];
  readonly userPool: readonly string[];
  /** @default none */
  readonly queues?: readonly string[];
  /** On the bus of the change feed. @default none */
  readonly bus?: readonly string[];
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
const expected: Readonly<Record<FunctionName, Expected>> = {
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
    table: [
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    index: [],
    userPool: [],
    environment: ['TABLE_NAME', 'USER_POOL_CLIENT_ID'],
  },
  booking: {
    memoryMb: 1024,
    timeoutSeconds: 10,
    table: [
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    index: ['dynamodb:Query'],
    userPool: [],
    environment: ['HOLD_TTL_SECONDS', 'TABLE_NAME'],
  },
  organizer: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:ConditionCheckItem', ...readAndWrite].sort(),
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
    // Redriven messages go back where they came from.
    queues: ['sqs:SendMessage'],
    environment: ['DEAD_LETTER_QUEUES', 'TABLE_NAME', 'USER_POOL_ID'],
  },
  system: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:DescribeTable'],
    index: [],
    userPool: ['cognito-idp:DescribeUserPool'],
    queues: ['sqs:GetQueueAttributes'],
    environment: ['QUEUE_URLS', 'SERVICE_VERSION', 'TABLE_NAME', 'USER_POOL_ID'],
  },
  'expire-hold': {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  'promote-waitlist': {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: [
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  'aggregate-analytics': {
    memoryMb: 512,
    timeoutSeconds: 30,
    table: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  'cancel-event': {
    memoryMb: 1024,
    timeoutSeconds: 60,
    table: ['dynamodb:ConditionCheckItem', ...readAndWrite].sort(),
    index: ['dynamodb:Query'],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  'delete-user': {
    memoryMb: 512,
    timeoutSeconds: 60,
    table: readAndWrite,
    index: [],
    userPool: ['cognito-idp:AdminDeleteUser'],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME', 'USER_POOL_ID'],
  },
  notify: {
    memoryMb: 512,
    timeoutSeconds: 60,
    table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    index: ['dynamodb:Query'],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  'send-email': {
    memoryMb: 512,
    timeoutSeconds: 60,
    table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  audit: {
    memoryMb: 512,
    timeoutSeconds: 30,
    table: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    environment: ['TABLE_NAME'],
  },
  [replayWorker]: {
    memoryMb: 512,
    timeoutSeconds: 60,
    // Two of them on the stream.
    table: ['dynamodb:PutItem', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    index: [],
    userPool: [],
    queues: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
    bus: ['events:PutEvents'],
    environment: ['REPLAY_ROUTES', 'TABLE_NAME'],
  },
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}
const actionsOf = (statement: Statement | undefined) => (statement ? [statement.Action].flat().sort() : []);

test('every group of the contract, every worker and what sends changes again has a function, and nothing else does', () => {
  expect(Object.keys(resources(template, 'AWS::Lambda::Function'))).toHaveLength(groups.length + workers.length + 1);
  expect([...groups].sort()).toEqual([...new Set(operations.map((operation) => operation.group))].sort());
});

test('the system function is told the queue of every worker', () => {
  const urls = JSON.stringify(ofFunction(template, 'AWS::Lambda::Function', 'system').Properties.Environment.Variables);
  for (const worker of workers) expect(urls).toContain(`"${worker.replaceAll('-', '')}Queue`);
});

describe('emails', () => {
  const made = synthesize({ mailFrom: 'tickets@example.com' });
  const rightsOf = (name: FunctionName) =>
    JSON.stringify(ofFunction(made, 'AWS::IAM::Policy', name).Properties.PolicyDocument.Statement);

  test('are sent by one worker, from the address of the stage and no other', () => {
    const [[logicalId, identity] = ['', undefined], ...others] = Object.entries(
      resources(made, 'AWS::SES::EmailIdentity'),
    );
    expect(others).toEqual([]);
    expect(identity?.Properties).toEqual({ EmailIdentity: 'tickets@example.com' });
    const { Statement: statements } = ofFunction(made, 'AWS::IAM::Policy', 'send-email').Properties.PolicyDocument;
    const [statement] = statements.filter(({ Action }: Statement) => Action === 'ses:SendEmail');
    expect(JSON.stringify(statement.Resource)).toMatch(new RegExp(`:identity/",\\{"Ref":"${logicalId}"\\}`));
    const variables = ofFunction(made, 'AWS::Lambda::Function', 'send-email').Properties.Environment.Variables;
    expect(variables.MAIL_FROM).toBe('tickets@example.com');
    for (const name of names) if (name !== 'send-email') expect(rightsOf(name)).not.toContain('ses:');
  });

  test('are sent by nobody where the stage has no address', () => {
    expect(resources(template, 'AWS::SES::EmailIdentity')).toEqual({});
    expect(JSON.stringify(template.toJSON())).not.toMatch(/ses:|MAIL_FROM/);
    expect(() => synthesize({ mailFrom: 'nobody' })).toThrow(/mailFrom/);
  });
});

test('the booking function is told how long a hold lasts', () => {
  const ttlOf = (made: Template) =>
    ofFunction(made, 'AWS::Lambda::Function', 'booking').Properties.Environment.Variables.HOLD_TTL_SECONDS;
  expect(ttlOf(template)).toBe('600');
  expect(ttlOf(synthesize({ holdTtlSeconds: '5' }))).toBe('5');
});

describe.each(names)('the function %s', (name) => {
  const { Properties: properties } = ofFunction(template, 'AWS::Lambda::Function', name);
  const statements: Statement[] = ofFunction(template, 'AWS::IAM::Policy', name).Properties.PolicyDocument.Statement;
  const given = statements.filter(({ Effect }) => Effect === 'Allow');
  const on = (type: string, suffix = '') => {
    const [logicalId] = Object.keys(resources(template, type));
    return given.filter(
      ({ Resource }) =>
        target(Resource) === logicalId && JSON.stringify(Resource).includes('/index/gsi1"') === (suffix !== ''),
    );
  };

  /** The workers' own queues: neither those of dead letters nor those of the pipes. */
  const onQueues = statements.filter(({ Resource }) =>
    [Resource].flat().every((resource) => /^[a-z]+Queue[0-9A-F]{8}$/.test(target(resource) ?? '')),
  );

  test('runs Node.js 24 on arm64 as an ES module, with source maps and tracing', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
    expect(properties.Environment.Variables.NODE_OPTIONS).toBe('--enable-source-maps');
  });

  test('has the memory and the time that are meant for it, and is done before API Gateway gives up', () => {
    expect(properties.MemorySize).toBe(expected[name].memoryMb);
    expect(properties.Timeout).toBe(expected[name].timeoutSeconds);
    if ((groups as readonly string[]).includes(name)) expect(properties.Timeout).toBeLessThan(30);
  });

  test('logs into a group of its own that is not kept for ever', () => {
    const logGroupId = target(properties.LoggingConfig.LogGroup) ?? '';
    expect(logGroupId).toMatch(new RegExp(`^${prefixOf(name)}Logs`));
    expect(resources(template, 'AWS::Logs::LogGroup')[logGroupId]?.Properties.RetentionInDays).toBe(14);
  });

  test('is told what it has rights on, and nothing else', () => {
    const { NODE_OPTIONS, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, STAGE, LOG_SALT, ...variables } =
      properties.Environment.Variables;
    expect(NODE_OPTIONS).toBeDefined();
    expect({ POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, STAGE }).toEqual({
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: 'Evently',
      STAGE: 'dev',
    });
    expect(JSON.stringify(LOG_SALT)).toContain('AWS::StackId');
    expect(Object.keys(variables).sort()).toEqual(expected[name].environment);
    if (variables.SERVICE_VERSION) expect(variables.SERVICE_VERSION).toBe(packageJson.version);
  });

  test('may do what its operations need and nothing else', () => {
    const { table, index, userPool, queues = [], bus = [] } = expected[name];
    const found = {
      table: on('AWS::DynamoDB::GlobalTable').flatMap(actionsOf),
      index: on('AWS::DynamoDB::GlobalTable', 'index').flatMap(actionsOf),
      userPool: on('AWS::Cognito::UserPool').flatMap(actionsOf),
      queues: onQueues.flatMap(actionsOf),
      bus: on('AWS::Events::EventBus').flatMap(actionsOf),
    };
    expect(found).toEqual({ table, index, userPool, queues, bus });
    const others = given
      .filter(({ Action }) => ![Action].flat().every((action) => /^(?:dynamodb|cognito-idp|sqs|events):/.test(action)))
      .map((statement) => [target(statement.Resource)?.slice(0, `${prefixOf(name)}Logs`.length), actionsOf(statement)]);
    expect(others).toEqual([
      [`${prefixOf(name)}Logs`, ['logs:CreateLogStream', 'logs:PutLogEvents']],
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
    expect(ofFunction(template, 'AWS::IAM::Role', name).Properties.ManagedPolicyArns).toBeUndefined();
  });
});
