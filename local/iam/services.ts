import { dynamodbAccess } from './dynamodb-access.ts';
import type { Access } from './policy-rules.ts';

/** A call of a service, as far as permissions go. */
export interface ServiceCall {
  /** Of the header X-Amz-Target; the method and the path where a service has none. */
  readonly operation: string;
  readonly body: Buffer;
  readonly region: string;
  readonly accountId: string;
  /** Name of the partition key of a table, or of an index; undefined where it is not known. */
  readonly partitionKeyOf: (table: string, index?: string) => string | undefined;
}

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ErrorCode =
  | 'AccessDeniedException'
  | 'UnrecognizedClientException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException';

/** How a service is asked, and how it refuses. */
export interface Service {
  /** As in its ARNs, its actions and the scope of a signature. */
  readonly name: 'dynamodb' | 'events' | 'sqs' | 'cognito-idp' | 'ses';
  readonly accessOf: (call: ServiceCall) => Access[];
  /** Whether everybody may call it, signed or not. */
  readonly isPublic?: (operation: string) => boolean;
  readonly refuse: (code: ErrorCode, message: string) => Refusal;
  /** The sentence about an access that is denied. */
  readonly denial: (user: string, access: Access, reason: string) => string;
}

const denial: Service['denial'] = (user, { action, resource }, reason) =>
  `User: ${user} is not authorized to perform: ${action} on resource: ${resource}${reason}`;

const dynamodb: Service = {
  name: 'dynamodb',
  accessOf: dynamodbAccess,
  refuse: (code, message) => ({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, Message: message }),
  }),
  denial,
};

const events: Service = {
  name: 'events',
  // Every entry is an access to its bus.
  accessOf: ({ operation, body, region, accountId }) => {
    const { Entries: entries = [] } = JSON.parse(body.toString()) as {
      readonly Entries?: readonly { readonly EventBusName?: string }[];
    };
    const arnOf = (bus = 'default') =>
      bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:${accountId}:event-bus/${bus}`;
    const resources = operation === 'PutEvents' ? entries.map(({ EventBusName }) => arnOf(EventBusName)) : ['*'];
    return resources.map((resource) => ({ action: `events:${operation}`, resource }));
  },
  refuse: (code, message) => ({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: code, Message: message }),
  }),
  denial,
};

/** Batches are authorized by the action on one message. */
const actionsOfQueues: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};
/** Codes that the query protocol had before JSON, which SDKs still tell. */
const queryCodes: Readonly<Record<ErrorCode, string>> = {
  AccessDeniedException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidClientTokenId',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
};

const sqs: Service = {
  name: 'sqs',
  accessOf: ({ operation, body, region, accountId }) => {
    const input = JSON.parse(body.toString()) as Readonly<
      Partial<Record<'QueueUrl' | 'QueueName' | 'SourceArn', string>>
    >;
    const queue = input.QueueUrl?.split('/').at(-1) ?? input.QueueName;
    const resource = queue ? `arn:aws:sqs:${region}:${accountId}:${queue}` : (input.SourceArn ?? '*');
    return [{ action: `sqs:${actionsOfQueues[operation] ?? operation}`, resource }];
  },
  refuse: (code, message) => ({
    status: 403,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${queryCodes[code]};Sender` },
    body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }),
  }),
  // SQS alone writes its actions in small letters.
  denial: (user, { action, resource }, reason) =>
    denial(user, { action: action.toLowerCase(), resource }, reason.replace(action, action.toLowerCase())),
};

/** https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html */
const publicOperationsOfPools = new Set([
  'AssociateSoftwareToken',
  'ChangePassword',
  'ConfirmDevice',
  'ConfirmForgotPassword',
  'ConfirmSignUp',
  'DeleteUser',
  'DeleteUserAttributes',
  'ForgotPassword',
  'GetTokensFromRefreshToken',
  'GetUser',
  'GetUserAttributeVerificationCode',
  'GlobalSignOut',
  'InitiateAuth',
  'ResendConfirmationCode',
  'RespondToAuthChallenge',
  'RevokeToken',
  'SetUserMFAPreference',
  'SignUp',
  'UpdateUserAttributes',
  'VerifySoftwareToken',
  'VerifyUserAttribute',
]);

const cognito: Service = {
  name: 'cognito-idp',
  accessOf: ({ operation, body, region, accountId }) => {
    const { UserPoolId: pool } = JSON.parse(body.toString()) as { readonly UserPoolId?: string };
    const resource = pool ? `arn:aws:cognito-idp:${region}:${accountId}:userpool/${pool}` : '*';
    return [{ action: `cognito-idp:${operation}`, resource }];
  },
  isPublic: (operation) => publicOperationsOfPools.has(operation),
  refuse: (code, message) => ({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': `${code}:` },
    body: JSON.stringify({ __type: code, Message: message }),
  }),
  denial,
};

const ses: Service = {
  name: 'ses',
  accessOf: ({ operation, body, region, accountId }) => {
    if (operation !== 'POST /v2/email/outbound-emails') return [{ action: `ses:${operation}`, resource: '*' }];
    const input = JSON.parse(body.toString()) as { readonly FromEmailAddress?: string };
    const from = /<([^>]+)>/.exec(input.FromEmailAddress ?? '')?.[1] ?? input.FromEmailAddress;
    return [{ action: 'ses:SendEmail', resource: `arn:aws:ses:${region}:${accountId}:identity/${from}` }];
  },
  refuse: (code, message) => ({
    status: 403,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ message }),
  }),
  denial: (user, { action, resource }) =>
    `User \`${user}' is not authorized to perform \`${action}' on resource \`${resource}'`,
};

/** A stream signs and refuses as its table does. */
export const services = { dynamodb, streams: dynamodb, events, sqs, cognito, ses };
export type ServiceName = keyof typeof services;
