/** Every bound of the service, units last in the name. Relations between bounds are checked when the module loads. */
export const limits = {
  nameCharacters: 200,
  descriptionCharacters: 4_000,
  /** An email address is the name of a Cognito user, which has 128 characters at most. */
  emailCharacters: 128,
  passwordMinCharacters: 12,
  passwordMaxCharacters: 256,
  idempotencyKeyCharacters: 255,
  searchCharacters: 100,
  /** A cursor of the list of users wraps a token of Cognito, which is long. */
  cursorCharacters: 4_096,

  /** Largest request body that a handler reads. API Gateway itself would let 10 MB through. */
  bodyBytes: 64 * 1024,

  tiersPerEvent: 20,
  capacityPerTier: 1_000_000,
  /** Keeps `price × capacity` of an event far below 2^53, so that revenue stays an exact integer. */
  priceMinorUnits: 100_000_000,
  quantityPerBooking: 100,
  defaultMaxPerBooking: 10,
  maxPerUser: 1_000,

  /** One shard for each so many seats; see docs/architecture.md, "Not overselling, at speed". */
  seatsPerShard: 100,
  shardsPerTier: 64,
  /** An event, its shards and an idempotency record change in one transaction, which holds 100 actions at most. */
  shardsPerEvent: 96,
  shardsPerBookingPartition: 8,
  /** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
  actionsPerTransaction: 100,
  /** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
  keysPerBatchGet: 100,

  pageItems: 100,
  defaultPageItems: 20,
  /** Index items that one page of a filtered list may look at before it answers with what it has and a cursor. */
  examinedPerPageItems: 1_000,

  idempotencyTtlSeconds: 24 * 60 * 60,
  soldOutMemoryMs: 1_000,
  availabilityMemoryMs: 1_000,
  eventMemoryMs: 60_000,
  /** Events, tiers or stocks that an instance remembers at most. */
  rememberedEvents: 2_000,

  /** Retries of conflicts and throttles: full jitter, doubling from base to cap. */
  retryBaseMs: 5,
  retryCapMs: 400,
  /** Time kept back from the function's remaining time to send an answer. */
  answerReserveMs: 500,
  busyRetryAfterSeconds: 1,
} as const;

const relations: ReadonlyArray<readonly [boolean, string]> = [
  [
    limits.shardsPerEvent + 3 <= limits.actionsPerTransaction,
    'an event, its ownership, an idempotency record and all shards fit into one transaction',
  ],
  [
    limits.shardsPerTier + 3 <= limits.actionsPerTransaction,
    'a booking, its purchase count, an idempotency record and a draw from every shard fit into one transaction',
  ],
  [
    limits.shardsPerTier + limits.tiersPerEvent - 1 <= limits.shardsPerEvent,
    'a tier with all its shards leaves one shard for every other tier',
  ],
  [limits.defaultMaxPerBooking <= limits.quantityPerBooking, 'the default quantity is a permitted one'],
  [
    limits.priceMinorUnits * limits.capacityPerTier * limits.tiersPerEvent < Number.MAX_SAFE_INTEGER,
    'revenue stays an exact integer',
  ],
  [limits.defaultPageItems <= limits.pageItems, 'the default page is a permitted one'],
  [limits.availabilityMemoryMs < 2_000, 'availability is never older than two seconds'],
];

for (const [holds, rule] of relations) {
  if (!holds) throw new RangeError(`limits.ts: ${rule}: does not hold`);
}
