import type { operations } from '../functions/api/contract.ts';

export type Operation = (typeof operations)[number];
export type Group = Operation['group'];

/** One function: its size, and everything that it may do. What is not listed is denied. */
export interface FunctionSpec {
  readonly memoryMb: number;
  /** Below the 30 s after which an HTTP API gives up, so that the function is the one that answers. */
  readonly timeoutSeconds: number;
  /** DynamoDB actions on the table. TransactWriteItems is authorized by the actions that it is made of. */
  readonly table: readonly string[];
  /** DynamoDB actions on the index `gsi1`. */
  readonly index: readonly string[];
  /** Cognito actions on the user pool. What a public client may call needs no permission. */
  readonly userPool: readonly string[];
  /** Is given the id of the user pool client. */
  readonly knowsClient: boolean;
}

const none = [] as const;
const read = ['GetItem', 'BatchGetItem'] as const;
const writeEvents = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;
const manageUsers = [
  'ListUsers',
  'AdminGetUser',
  'AdminCreateUser',
  'AdminSetUserPassword',
  'AdminAddUserToGroup',
  'AdminRemoveUserFromGroup',
  'AdminListGroupsForUser',
  'AdminDeleteUser',
] as const;

/** The rights of each privilege group. */
export const functionSpecs: Readonly<Record<Group, FunctionSpec>> = {
  catalog: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: read,
    index: ['Query'],
    userPool: none,
    knowsClient: false,
  },
  account: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: [...read, 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    index: none,
    userPool: none,
    knowsClient: true,
  },
  booking: {
    memoryMb: 1024,
    timeoutSeconds: 10,
    table: [...read, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    // Where seats are short, it looks up the expired holds of the event.
    index: ['Query'],
    userPool: none,
    knowsClient: false,
  },
  organizer: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: [...read, 'Query', ...writeEvents, 'ConditionCheckItem'],
    index: ['Query'],
    userPool: none,
    knowsClient: false,
  },
  // Creating demo data is many transactions in one request.
  admin: {
    memoryMb: 1024,
    timeoutSeconds: 29,
    table: [...read, 'Query', ...writeEvents],
    index: ['Query'],
    userPool: manageUsers,
    knowsClient: false,
  },
  system: {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['DescribeTable'],
    index: none,
    userPool: ['DescribeUserPool'],
    knowsClient: false,
  },
};

export const groups = Object.keys(functionSpecs) as readonly Group[];
