import { describe, expect, test } from 'vitest';
import { decide } from '../../local/iam/evaluate.ts';
import { createGuard } from '../../local/iam/guard.ts';
import { readRequest } from '../../local/iam/http-message.ts';
import { nameOf, readRules } from '../../local/iam/policy-rules.ts';
import { PolicyDocument } from '../../local/iam/policy-schemas.ts';
import { type ServiceName, services } from '../../local/iam/services.ts';
import { readClaim, signatureChecker } from '../../local/iam/signature.ts';
import { sign } from '../../local/sigv4.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/T';
const queue = 'arn:aws:sqs:us-east-1:000000000000:Q';
const context = { 'aws:SecureTransport': 'true', 'aws:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/R' };
const rulesOf = (statements: object | object[]) =>
  readRules(PolicyDocument.parse({ Version: '2012-10-17', Statement: statements }), 'Role', 'Policy (test)');
const allow = (action: string | string[], resource: string, more = {}) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
const isAllowed = (statements: object | object[], action: string, resource: string, ofResource: object[] = []) =>
  decide(
    { action, resource },
    { names: { Service: ['events.amazonaws.com'] }, rules: rulesOf(statements), context },
    rulesOf(ofResource),
  ).isAllowed;

describe('a policy', () => {
  test('allows what it names, in any letters of the action, and nothing else', () => {
    const get = allow(['dynamodb:getitem', 'dynamodb:PutItem'], table);
    expect(isAllowed(get, 'dynamodb:GetItem', table)).toBe(true);
    expect(isAllowed(get, 'dynamodb:DeleteItem', table)).toBe(false);
    expect(isAllowed(get, 'dynamodb:GetItem', `${table}2`)).toBe(false);
    expect(isAllowed(get, 'dynamodb:GetItem', `${table}/index/gsi1`)).toBe(false);
    expect(isAllowed([], 'dynamodb:GetItem', table)).toBe(false);
  });

  test.each([
    ['dynamodb:*', '*', true],
    ['*', `${table}/index/*`, false],
    ['dynamodb:Get?tem', 'arn:aws:dynamodb:*:*:table/T', true],
    ['sqs:*', '*', false],
  ])('with the patterns %s on %s', (action, resource, expected) => {
    expect(isAllowed(allow(action, resource), 'dynamodb:GetItem', table)).toBe(expected);
  });

  test('denies explicitly before everything else, be it of the caller or of the resource', () => {
    const deny = { Effect: 'Deny', Action: 'sqs:*', Resource: queue };
    expect(isAllowed([allow('*', '*'), deny], 'sqs:SendMessage', queue)).toBe(false);
    expect(isAllowed([allow('*', '*')], 'sqs:SendMessage', queue, [{ ...deny, Principal: '*' }])).toBe(true);
    const forEvents = { ...deny, Principal: { Service: 'events.amazonaws.com' } };
    expect(isAllowed([allow('*', '*')], 'sqs:SendMessage', queue, [forEvents])).toBe(false);
  });

  test('of a resource allows whom it names', () => {
    const ofQueue = (service: string) => allow('sqs:SendMessage', queue, { Principal: { Service: service } });
    expect(isAllowed([], 'sqs:SendMessage', queue, [ofQueue('events.amazonaws.com')])).toBe(true);
    expect(isAllowed([], 'sqs:SendMessage', queue, [ofQueue('sns.amazonaws.com')])).toBe(false);
  });

  test.each([
    [{ Bool: { 'aws:SecureTransport': 'true' } }, true],
    [{ Bool: { 'aws:SecureTransport': false } }, false],
    [{ ArnLike: { 'aws:sourcearn': 'arn:aws:events:*:*:rule/*' } }, true],
    [
      { ArnEquals: { 'aws:SourceArn': ['arn:aws:events:us-east-1:000000000000:rule/Q', context['aws:SourceArn']] } },
      true,
    ],
    [{ StringNotEquals: { 'aws:SourceArn': context['aws:SourceArn'] } }, false],
    [{ StringEquals: { 'aws:SourceAccount': '1' } }, false],
    [{ StringEqualsIfExists: { 'aws:SourceAccount': '1' } }, true],
    [{ StringNotEquals: { 'aws:SourceAccount': '1' } }, true],
    [{ Bool: { 'aws:SecureTransport': 'true' }, StringLike: { 'aws:SourceArn': '*:rule/X' } }, false],
  ])('with the condition %j', (Condition, expected) => {
    expect(isAllowed(allow('*', '*', { Condition }), 'sqs:SendMessage', queue)).toBe(expected);
  });

  test.each([
    [{ Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' }, 'NotAction'],
    [{ Effect: 'Allow', Action: '*', NotResource: '*' }, 'NotResource'],
    [{ Effect: 'Allow', Action: '*', Resource: '*', NotPrincipal: '*' }, 'NotPrincipal'],
    [allow('*', '*', { Principal: { AWS: 'arn:aws:iam::000000000000:root' } }), 'names all of arn:aws:iam'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    [allow('*', 'arn:aws:s3:::home/${aws:username}'), 'policy variables'],
    [allow('*', '*', { Condition: { NumericLessThan: { 'aws:SourceArn': '1' } } }), 'NumericLessThan'],
    [allow('*', '*', { Condition: { StringEquals: { 'dynamodb:Attributes': 'a' } } }), 'dynamodb:Attributes'],
    [allow('*', '*', { Condition: { StringEquals: { 'dynamodb:LeadingKeys': 'a' } } }), 'needs ForAnyValue'],
    [allow('*', '*', { Condition: { 'ForSomeValue:StringLike': { 'dynamodb:LeadingKeys': 'a' } } }), 'ForSomeValue'],
  ])('that cannot be evaluated is an error that names why: %j', (statement, name) => {
    expect(() => rulesOf(statement)).toThrow(new RegExp(`^Policy \\(test\\) .*${name}`));
  });
});

/**
 * The results follow the tables of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
describe('a condition on a key with several values', () => {
  const like = (operator: string, wanted: string | string[]) => ({ [operator]: { 'dynamodb:LeadingKeys': wanted } });
  const isMet = (Condition: object, leadingKeys: string[] | undefined) =>
    decide(
      {
        action: 'dynamodb:PutItem',
        resource: table,
        ...(leadingKeys && { context: { 'dynamodb:LeadingKeys': leadingKeys } }),
      },
      { names: {}, rules: rulesOf(allow('*', '*', { Condition })), context },
      [],
    ).isAllowed;

  test.each([
    ['ForAnyValue:StringLike', 'A#*', ['A#1', 'B#1'], true],
    ['ForAnyValue:StringLike', 'A#*', ['B#1', 'B#2'], false],
    ['ForAnyValue:StringLike', ['A#*', 'B#2'], ['B#1', 'B#2'], true],
    ['ForAnyValue:StringLike', 'A#*', ['a#1', 'XA#1'], false],
    ['ForAnyValue:StringEquals', 'A#*', ['A#1'], false],
    ['ForAnyValue:StringNotLike', 'A#*', ['A#1', 'B#1'], true],
    ['ForAnyValue:StringNotLike', 'A#*', ['A#1', 'A#2'], false],
    ['ForAllValues:StringLike', 'A#*', ['A#1', 'B#1'], false],
    ['ForAllValues:StringLike', ['A#*', 'B#*'], ['A#1', 'B#1'], true],
    ['ForAllValues:StringNotLike', 'A#*', ['A#1', 'B#1'], false],
    ['ForAllValues:StringNotLike', 'A#*', ['B#1', 'B#2'], true],
  ])('%s %j, asked about %j: %s', (operator, wanted, leadingKeys, expected) => {
    expect(isMet(like(operator, wanted), leadingKeys)).toBe(expected);
  });

  test.each([
    ['ForAnyValue:StringLike', false],
    ['ForAnyValue:StringNotLike', false],
    ['ForAnyValue:StringLikeIfExists', true],
    ['ForAllValues:StringLike', true],
    ['ForAllValues:StringNotLike', true],
  ])('%s, asked about none: %s', (operator, expected) => {
    expect(isMet(like(operator, 'A#*'), undefined)).toBe(expected);
    expect(isMet(like(operator, 'A#*'), [])).toBe(expected);
  });

  test('may be on a key with one value as well', () => {
    expect(isMet({ 'ForAnyValue:Bool': { 'aws:SecureTransport': 'true' } }, undefined)).toBe(true);
    expect(isMet({ 'ForAnyValue:StringLike': { 'aws:SourceAccount': '*' } }, undefined)).toBe(false);
  });
});

const partitionKeyOf = (name: string, index?: string) => (name === 'T' ? (index ? `${index}pk` : 'pk') : undefined);
const accessOf = (service: ServiceName, operation: string, input: object) => {
  const body = Buffer.from(JSON.stringify(input));
  return services[service].accessOf({
    operation,
    body,
    region: 'us-east-1',
    accountId: '000000000000',
    partitionKeyOf,
  });
};

describe('what a call needs', () => {
  const needed = (service: ServiceName, operation: string, input: object) =>
    accessOf(service, operation, input).map(({ action, resource }) => `${action} ${resource.replace(/.*(?=:)/, '')}`);

  test.each([
    ['GetItem', { TableName: 'T' }, ['dynamodb:GetItem :table/T']],
    ['Query', { TableName: 'T', IndexName: 'gsi1' }, ['dynamodb:Query :table/T/index/gsi1']],
    ['Scan', { TableName: table }, ['dynamodb:Scan :table/T']],
    ['ListTables', {}, ['dynamodb:ListTables *']],
    [
      'TransactWriteItems',
      {
        TransactItems: ['Put', 'Update', 'Delete', 'ConditionCheck'].map((kind) => ({ [kind]: { TableName: 'T' } })),
      },
      ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((action) => `dynamodb:${action} :table/T`),
    ],
    ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'T' } }] }, ['dynamodb:GetItem :table/T']],
    [
      'BatchWriteItem',
      { RequestItems: { T: [], U: [] } },
      ['dynamodb:BatchWriteItem :table/T', 'dynamodb:BatchWriteItem :table/U'],
    ],
  ])('DynamoDB %s', (operation, input, expected) => {
    expect(needed('dynamodb', operation, input)).toEqual(expected);
  });

  test('a stream, and an iterator that begins with its name', () => {
    const stream = `${table}/stream/local`;
    expect(needed('streams', 'GetShardIterator', { StreamArn: stream, ShardId: 's' })).toEqual([
      'dynamodb:GetShardIterator :table/T/stream/local',
    ]);
    expect(needed('streams', 'GetRecords', { ShardIterator: `${stream}|1|x` })).toEqual([
      'dynamodb:GetRecords :table/T/stream/local',
    ]);
  });

  test('other services', () => {
    const Entries = [{ EventBusName: 'b' }, { EventBusName: 'arn:aws:events:us-east-1:0:event-bus/c' }, {}];
    expect(needed('events', 'PutEvents', { Entries })).toEqual(
      ['b', 'c', 'default'].map((bus) => `events:PutEvents :event-bus/${bus}`),
    );
    expect(needed('events', 'ListRules', {})).toEqual(['events:ListRules *']);
    expect(needed('sqs', 'SendMessageBatch', { QueueUrl: 'http://h/0/Q.fifo' })).toEqual(['sqs:SendMessage :Q.fifo']);
    expect(needed('sqs', 'ListQueues', {})).toEqual(['sqs:ListQueues *']);
    expect(needed('cognito', 'AdminGetUser', { UserPoolId: 'p' })).toEqual(['cognito-idp:AdminGetUser :userpool/p']);
    const send = 'POST /v2/email/outbound-emails';
    expect(needed('ses', send, { FromEmailAddress: 'Us <us@example.com>' })).toEqual([
      'ses:SendEmail :identity/us@example.com',
    ]);
  });
});

describe('the partition keys that a call is about', () => {
  const item = (pk: string) => ({ pk: { S: pk }, sk: { S: 'sk' } });
  const keysOf = (operation: string, input: object) =>
    accessOf('dynamodb', operation, input).map(({ action, context: of }) => [
      action.replace('dynamodb:', ''),
      of?.['dynamodb:LeadingKeys'],
    ]);

  test.each([
    ['PutItem', { TableName: 'T', Item: item('a') }, [['PutItem', ['a']]]],
    ['UpdateItem', { TableName: table, Key: item('a') }, [['UpdateItem', ['a']]]],
    ['DeleteItem', { TableName: 'T', Key: { pk: { N: '1.0' } } }, [['DeleteItem', ['1.0']]]],
    ['GetItem', { TableName: 'T', Key: { pk: { B: 'AA==' } } }, [['GetItem', ['AA==']]]],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { TableName: 'T', Item: item('a') } },
          { Update: { TableName: 'T', Key: item('b') } },
          { Delete: { TableName: 'T', Key: item('c') } },
          { ConditionCheck: { TableName: 'T', Key: item('d') } },
        ],
      },
      [
        ['PutItem', ['a']],
        ['UpdateItem', ['b']],
        ['DeleteItem', ['c']],
        ['ConditionCheckItem', ['d']],
      ],
    ],
    [
      'BatchWriteItem',
      {
        RequestItems: {
          T: [
            { PutRequest: { Item: item('a') } },
            { DeleteRequest: { Key: item('b') } },
            { PutRequest: { Item: item('a') } },
          ],
        },
      },
      [['BatchWriteItem', ['a', 'b']]],
    ],
    ['BatchGetItem', { RequestItems: { T: { Keys: [item('a'), item('b')] } } }, [['BatchGetItem', ['a', 'b']]]],
    [
      'Query',
      {
        TableName: 'T',
        KeyConditionExpression: '#k = :pk AND sk >= :sk',
        ExpressionAttributeNames: { '#k': 'pk' },
        ExpressionAttributeValues: { ':pk': { S: 'a' }, ':sk': { S: 'b' } },
      },
      [['Query', ['a']]],
    ],
    [
      'Query',
      {
        TableName: 'T',
        IndexName: 'gsi1',
        KeyConditionExpression: 'sk = :sk and gsi1pk=:pk',
        ExpressionAttributeValues: { ':pk': { S: 'a' }, ':sk': { S: 'b' } },
      },
      [['Query', ['a']]],
    ],
    ['Scan', { TableName: 'T' }, [['Scan', undefined]]],
    ['PutItem', { TableName: 'T' }, [['PutItem', undefined]]],
    ['PutItem', { TableName: 'Unknown', Item: item('a') }, [['PutItem', undefined]]],
  ])('%s %j', (operation, input, expected) => {
    expect(keysOf(operation, input)).toEqual(expected);
  });
});

describe('the guard', () => {
  const deny = {
    Effect: 'Deny',
    Action: 'dynamodb:PutItem',
    Resource: table,
    Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': 'AUDIT#*' } },
  };
  const rules = rulesOf([allow('dynamodb:PutItem', table), deny]);
  const principal = { accessKeyId: 'k', secretAccessKey: 's', arn: 'arn', caller: { names: {}, rules, context } };
  const access = (key: string) => ({
    action: 'dynamodb:PutItem',
    resource: table,
    context: { 'dynamodb:LeadingKeys': [key] },
  });

  test('remembers no decision that is another one for each key', () => {
    const guard = createGuard({
      principals: [principal],
      rulesOf: () => [],
      partitionKeyOf,
      region: 'us-east-1',
      accountId: '0',
    });
    const allowed = (key: string) => guard.decide(access(key), principal).isAllowed;
    expect(['USER#1', 'AUDIT#1', 'USER#1', 'AUDIT#1'].map(allowed)).toEqual([true, false, true, false]);
    const [right = '', denial = ''] = rules.map(nameOf);
    expect(denial).not.toBe(right);
    guard.without([denial]);
    expect(['USER#1', 'AUDIT#1'].map(allowed)).toEqual([true, true]);
    guard.without([right]);
    expect(['USER#1', 'AUDIT#1'].map(allowed)).toEqual([false, false]);
  });
});

describe('a request', () => {
  const bytes = Buffer.from('POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloPOST');

  test('is read as soon as all of it has arrived, and no more than it', () => {
    for (let length = 0; length < bytes.length - 4; length += 1) {
      expect(readRequest(bytes.subarray(0, length))).toBeUndefined();
    }
    const request = readRequest(bytes);
    expect(request).toMatchObject({ method: 'POST', target: '/a?b=c' });
    expect([request?.body.toString(), request?.headers.get('host')]).toEqual(['hello', 'h']);
    expect(request?.bytes).toEqual(bytes.subarray(0, -4));
  });

  test('whose end cannot be known is refused', () => {
    const chunked = Buffer.from('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(() => readRequest(chunked)).toThrow(RangeError);
    expect(() => readRequest(Buffer.from('POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n'))).toThrow(RangeError);
    expect(() => readRequest(Buffer.alloc(70_000, 'a'))).toThrow(RangeError);
  });

  test.each([
    { method: 'POST', path: '/', queryString: '', body: '{"a":1}' },
    { method: 'GET', path: '/v2/a b/ü', queryString: 'b=2&a=1', body: '' },
  ])('is signed as the SDK signs: $method $path', async ({ method, path, queryString, body }) => {
    const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
    const scope = { region: 'us-east-1', service: 'dynamodb', time: new Date() };
    const encoded = encodeURI(path);
    const headers = { host: 'h:1', 'x-amz-target': 'A.B', 'x-odd': 'a  b ' };
    const signed = await sign({ method, path: encoded, queryString, headers, body }, credentials, scope);
    const request = {
      method,
      target: queryString ? `${encoded}?${queryString}` : encoded,
      headers: new Map(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value])),
      body: Buffer.from(body),
    };
    const claim = readClaim(signed.authorization ?? '');
    if (!claim) throw new Error('no signature');
    const check = signatureChecker();
    expect(check(request, claim, 'secret')).toBe(true);
    expect(check(request, claim, 'secret')).toBe(true);
    expect(check({ ...request, body: Buffer.from(`${body} `) }, claim, 'secret')).toBe(false);
    expect(check({ ...request, headers: new Map([...request.headers, ['host', 'i']]) }, claim, 'secret')).toBe(false);
    expect(signatureChecker()(request, claim, 'Secret')).toBe(false);
  });

  test.each(['', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=a/b/c'])('with "%s" has no signature', (authorization) => {
    expect(readClaim(authorization)).toBeUndefined();
  });
});
