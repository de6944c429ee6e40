/** One call of DynamoDB's JSON protocol. */
export interface DynamoRequest {
  /** As in the header x-amz-target, without the version: `TransactWriteItems`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DynamoResponse {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer never comes: the connection is cut. */
export const lost: unique symbol = Symbol('lost');

/** The database behind, asked as it is. */
export type Forward = (request: DynamoRequest) => Promise<DynamoResponse>;

/** Time in milliseconds, real or virtual. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** @returns a number from 0 up to, not including, 1 */
export type Random = () => number;

export interface Faults {
  /** How long a transaction is in flight at least: its items conflict until its answer leaves. */
  readonly conflictWindowMs: number;
  /** Units a second of one partition key, of the table or of an index. 0: no limit. */
  readonly writeUnitsPerKey: number;
  readonly readUnitsPerKey: number;
  /** Unused units are kept for this long. AWS keeps up to 300 s of what the partition may give, if it can. */
  readonly burstSeconds: number;
  /** The word for a throttle in a transaction: on demand `ThrottlingError`, else `ProvisionedThroughputExceeded`. */
  readonly throttleReason: 'ThrottlingError' | 'ProvisionedThroughputExceeded';
  /** Each from 0 to 1, for every request; together at most 1. */
  readonly probabilities: {
    /** Carried out, but the answer never comes. */
    readonly lostAnswer: number;
    /** HTTP 500, nothing done. */
    readonly errorBefore: number;
    /** HTTP 500, though it was carried out. */
    readonly errorAfter: number;
    /** TransactionInProgressException, nothing done; TransactWriteItems only. */
    readonly inProgress: number;
  };
  /** Half of the requests take less than `medianMs`; the share `tailShare` takes `tailMs` or a little more. */
  readonly latency: { readonly medianMs: number; readonly tailMs: number; readonly tailShare: number };
}

/** A healthy table: it conflicts and throttles as documented, and loses nothing. */
export const healthy: Faults = {
  conflictWindowMs: 10,
  writeUnitsPerKey: 1_000,
  readUnitsPerKey: 3_000,
  burstSeconds: 1,
  throttleReason: 'ThrottlingError',
  probabilities: { lostAnswer: 0, errorBefore: 0, errorAfter: 0, inProgress: 0 },
  latency: { medianMs: 0, tailMs: 0, tailShare: 0 },
};

/** Names of the key attributes; the same for every table behind one faulty database. */
export interface KeySchema {
  readonly hash: string;
  readonly range: string;
  /** Hash key of each index, by the index's name. */
  readonly indexes: Readonly<Record<string, string>>;
}

export const eventlyKeys: KeySchema = { hash: 'pk', range: 'sk', indexes: { gsi1: 'gsi1pk' } };

export interface OperationCounts {
  attempts: number;
  /** Requests refused because of a transaction in flight; of a batch, also where only a part was. */
  conflicts: number;
  throttles: number;
  inProgress: number;
  lost: number;
  errorsBefore: number;
  errorsAfter: number;
  readUnits: number;
  writeUnits: number;
}

/** By operation of DynamoDB. */
export type Counts = Record<string, OperationCounts>;

export interface FaultyDynamoDb {
  /** @throws what `forward` throws */
  handle(request: DynamoRequest): Promise<DynamoResponse | typeof lost>;
  /** A copy. */
  counts(): Counts;
  /** Sets counts to nothing and fills all partitions; what is in flight stays so. */
  reset(): void;
  /** Other faults for the requests that arrive from here on: how a history ends in peace. */
  change(faults: Partial<Faults>): void;
}
