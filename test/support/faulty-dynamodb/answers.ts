import type { DynamoResponse } from './types.ts';

const prefix = 'com.amazonaws.dynamodb.v20120810#';

/** Texts as DynamoDB words them. */
const conflictText = 'Transaction is ongoing for the item';
const exceededText =
  'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.';
const throttledText =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key.';

function refusal(type: string, message: string, status = 400): DynamoResponse {
  return { status, body: { __type: `${prefix}${type}`, message } };
}

export const singleConflict = (): DynamoResponse => refusal('TransactionConflictException', conflictText);
export const singleThrottle = (): DynamoResponse => refusal('ProvisionedThroughputExceededException', exceededText);
export const serverError = (): DynamoResponse => refusal('InternalServerError', 'Internal server error', 500);

export const inProgress = (): DynamoResponse => ({
  status: 400,
  body: {
    __type: `${prefix}TransactionInProgressException`,
    Message: 'The transaction with the given request token is already in progress.',
  },
});

export type ReasonCode = 'None' | 'TransactionConflict' | 'ThrottlingError' | 'ProvisionedThroughputExceeded';

const reasonTexts: Readonly<Record<Exclude<ReasonCode, 'None'>, string>> = {
  TransactionConflict: conflictText,
  ThrottlingError: throttledText,
  ProvisionedThroughputExceeded: exceededText,
};

/** @param codes one for each action, in the order of the request */
export function cancelled(codes: readonly ReasonCode[]): DynamoResponse {
  return {
    status: 400,
    body: {
      __type: `${prefix}TransactionCanceledException`,
      CancellationReasons: codes.map((Code) => (Code === 'None' ? { Code } : { Code, Message: reasonTexts[Code] })),
      Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    },
  };
}
