import { rmSync } from 'node:fs';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { idsOf } from '../../local/data-dir.ts';
import { credentialsOf } from '../../local/functions.ts';
import type { Credentials } from '../../local/sigv4.ts';
import { synthesizeOnce } from '../support/assembly-dir.ts';
import { assemblyWithout, type Missing } from '../support/assembly-without.ts';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { expectProblem } from '../support/trace.ts';

/** What a function may not do, it cannot do on this machine either. */

const missing: Missing = {
  bookingRole: ['dynamodb:PutItem'],
  catalogRole: ['dynamodb:Query'],
  adminRole: ['cognito-idp:ListUsers'],
  systemRole: ['sqs:GetQueueAttributes'],
  sendemailWorkerRole: ['ses:SendEmail'],
};
const directories: string[] = [];
let api: TestStack;
let person: Person;

const without = async (rights: Missing): Promise<string> => {
  const directory = assemblyWithout(await synthesizeOnce(inject('runDir')), rights);
  directories.push(directory);
  return directory;
};

beforeAll(async () => {
  api = await withStack({ assemblyDir: await without(missing) });
  person = await api.registerUser();
});
afterAll(async () => {
  await api?.stop();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** How AWS names a function of the stack when it refuses it something. */
const userOf = (prefix: string): string => {
  const { template } = api.stack;
  const named = <T extends { logicalId: string; ref: string }>(resources: T[]) =>
    resources.find(({ logicalId }) => new RegExp(`^${prefix}[A-Z0-9]+$`).test(logicalId))?.ref;
  const role = named(template.of('AWS::IAM::Role').filter(({ logicalId }) => logicalId.includes('Role')));
  return `arn:aws:sts::000000000000:assumed-role/${role}/`;
};
const functionOf = (prefix: string): string =>
  api.stack.template.of('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith(prefix))?.ref ?? '';
const account = (prefix: string, more: Partial<Credentials> = {}) => ({
  region: 'us-east-1',
  credentials: { ...credentialsOf(functionOf(prefix), idsOf(api.dataDir)), ...more },
  maxAttempts: 1,
});
const refusalOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !('$metadata' in error)) throw new Error(`no refusal: ${error}`);
  const { httpStatusCode: status } = error.$metadata as { readonly httpStatusCode?: number };
  return { name: error.name, message: error.message, status };
};

describe('a function without a right that it needs', () => {
  it.each([
    ['createBooking', 'dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/'],
    ['listEvents', 'dynamodb:Query on resource: arn:aws:dynamodb:us-east-1:000000000000:table/'],
    ['listUsers', 'cognito-idp:ListUsers on resource: arn:aws:cognito-idp:us-east-1:000000000000:userpool/'],
  ])('answers %s with 500, tells nothing of it to the client, and all of it to the log', async (operation, refusal) => {
    const { eventId } = await api.createEvent();
    const answers = {
      createBooking: () => api.call('POST', '/bookings', { token: person.accessToken, body: { eventId, quantity: 1 } }),
      listEvents: () => api.call('GET', '/events'),
      listUsers: () => api.call('GET', '/admin/users', { signAs: 'admin' }),
    };
    expectProblem(await answers[operation as keyof typeof answers](), 500, 'internal');
    await eventually(() => {
      const line = api.logged.find((logged) => logged.includes(`is not authorized to perform: ${refusal}`));
      expect(line).toContain('AccessDeniedException');
    });
  });

  it('is not ready', async () => {
    const { status, json } = await api.call('GET', '/health/ready');
    expect([status, json.parts]).toEqual([503, { table: 'ok', queues: 'failed', userPool: 'ok' }]);
  });
});

describe('the refusal has the words and the form of', () => {
  const message = (user: string, action: string, resource: string) =>
    expect.stringMatching(
      new RegExp(
        `^User: ${user}[\\w-]+ is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action$`,
      ),
    );

  it('DynamoDB, for single calls, parts of a transaction, other tables and indexes', async () => {
    const { tableName: TableName } = api.stack.outputs;
    const client = new DynamoDBClient({ ...account('booking'), endpoint: api.stack.endpoints.dynamodb });
    const key = { pk: { S: 'a' }, sk: { S: 'b' } };
    const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/';
    const refused = (action: string, resource: string) => ({
      name: 'AccessDeniedException',
      status: 400,
      message: message(userOf('bookingRole'), `dynamodb:${action}`, table + resource),
    });
    await client.send(new GetItemCommand({ TableName, Key: key }));
    const put = { TableName, Item: key };
    expect(await refusalOf(client.send(new PutItemCommand(put)))).toEqual(refused('PutItem', TableName));
    const TransactItems = [{ ConditionCheck: { TableName, Key: key, ConditionExpression: 'attribute_exists(pk)' } }];
    const transaction = new TransactWriteItemsCommand({ TransactItems: [...TransactItems, { Put: put }] });
    expect(await refusalOf(client.send(transaction))).toEqual(refused('PutItem', TableName));
    const elsewhere = new GetItemCommand({ TableName: 'Elsewhere', Key: key });
    expect(await refusalOf(client.send(elsewhere))).toEqual(refused('GetItem', 'Elsewhere'));
    client.destroy();

    const accounts = new DynamoDBClient({ ...account('account'), endpoint: api.stack.endpoints.dynamodb });
    const query = { TableName, KeyConditionExpression: 'gsi1pk = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } };
    expect(await refusalOf(accounts.send(new QueryCommand({ ...query, IndexName: 'gsi1' })))).toMatchObject({
      message: message(userOf('accountRole'), 'dynamodb:Query', `${table}${TableName}/index/gsi1`),
    });
    accounts.destroy();
  });

  it('SQS, which writes actions in small letters', async () => {
    const queue = api.stack.template.of('AWS::SQS::Queue').find(({ logicalId }) => logicalId.startsWith('notifyQueue'));
    const client = new SQSClient({ ...account('notifyWorker'), endpoint: api.stack.endpoints.sqs });
    await client.send(new GetQueueAttributesCommand({ QueueUrl: queue?.ref, AttributeNames: ['QueueArn'] }));
    client.destroy();
    const other = new SQSClient({ ...account('catalog'), endpoint: api.stack.endpoints.sqs });
    expect(await refusalOf(other.send(new ReceiveMessageCommand({ QueueUrl: queue?.ref })))).toEqual({
      name: expect.stringMatching(/^AccessDenied/),
      status: 403,
      message: message(userOf('catalogRole'), 'sqs:receivemessage', queue?.attributes.Arn ?? ''),
    });
    other.destroy();
  });

  it('Cognito', async () => {
    const { userPoolId: UserPoolId } = api.stack.outputs;
    const client = new CognitoIdentityProviderClient({ ...account('admin'), endpoint: api.stack.endpoints.cognito });
    expect(await refusalOf(client.send(new ListUsersCommand({ UserPoolId })))).toEqual({
      name: 'AccessDeniedException',
      status: 400,
      message: message(
        userOf('adminRole'),
        'cognito-idp:ListUsers',
        `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`,
      ),
    });
    client.destroy();
  });

  it('SES, with quotation marks of its own', async () => {
    const client = new SESv2Client({ ...account('sendemailWorker'), endpoint: api.stack.endpoints.ses });
    const email = new SendEmailCommand({
      FromEmailAddress: 'tickets@evently.example',
      Destination: { ToAddresses: ['a@example.com'] },
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
    });
    expect(await refusalOf(client.send(email))).toEqual({
      name: 'AccessDeniedException',
      status: 403,
      message: `User \`${userOf('sendemailWorkerRole')}${functionOf('sendemailWorker')}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:us-east-1:000000000000:identity/tickets@evently.example'`,
    });
    client.destroy();
  });
});

describe('credentials', () => {
  it.each([
    ['of nobody', { accessKeyId: 'ASIAUNKNOWN' }, 'UnrecognizedClientException'],
    ['with another secret', { secretAccessKey: 'another' }, 'InvalidSignatureException'],
  ])('%s open nothing', async (_what, wrong, name) => {
    const client = new DynamoDBClient({ ...account('booking', wrong), endpoint: api.stack.endpoints.dynamodb });
    const call = client.send(new GetItemCommand({ TableName: 'T', Key: { pk: { S: 'a' } } }));
    expect(await refusalOf(call)).toMatchObject({ name, status: 400 });
    client.destroy();
  });

  it('are needed', async () => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' };
    const answer = await fetch(api.stack.endpoints.dynamodb, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('MissingAuthenticationTokenException');
  });
});

describe('a stack does not start', () => {
  it.each([
    ['a pipe that may not read its stream', { ChangesToBus: ['dynamodb:GetRecords'] }, 'dynamodb:GetRecords on arn'],
    ['a mapping that may not read its queue', { notifyWorker: ['sqs:ReceiveMessage'] }, 'sqs:ReceiveMessage on arn'],
  ])('with %s', async (_what, rights, named) => {
    await expect(withStack({ assemblyDir: await without(rights) })).rejects.toThrow(named);
  });
});

it('holds with another DynamoDB too', async () => {
  const { dynamodbEndpoint } = api.stack.outputs;
  const other = await withStack({ assemblyDir: await without(missing), dynamodbEndpoint });
  try {
    const { eventId } = await other.createEvent();
    expect((await other.call('GET', `/events/${eventId}`)).status).toBe(200);
    expect((await other.call('GET', '/events')).status).toBe(500);
  } finally {
    await other.stop();
  }
});
