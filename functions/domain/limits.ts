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

  /** How long a hold keeps its seats: by default, and within what the stage may set. A queue delays 900 s at most. */
  holdTtlSeconds: 600,
  holdTtlMinSeconds: 5,
  holdTtlMaxSeconds: 900,
  /** Expired holds that are looked at in one index partition at a time. */
  expiredHoldsPerPartition: 100,

  /**
   * Longer than a message can be under way: a day each in the stream and at a rule, 14 in a queue, 14 in its dead-letter
   * queue.
   */
  statisticsSeenDays: 31,
  /**
   * Under load, a batch of changes waits until so long after the one before of the same instance: what comes meanwhile is
   * written with the next one. Load is a batch of so many messages.
   */
  statisticsPaceMs: 5_000,
  statisticsBusyMessages: 20,
  /** Days that analytics answer with, by default and at most. */
  analyticsDefaultDays: 30,
  analyticsDays: 366,
  popularEvents: 10,

  /** Rows of CSV in one answer, some 250 bytes each: far from the 6 MB that a function may answer with. */
  csvRows: 5_000,
  /** Bookings that are read at a time, of one index partition, on the way through all of them. */
  bookingsPerRead: 200,

  /** Rows of an audit trail in one answer in CSV: an event with 20 tiers has some 10 kB before, and after. */
  auditCsvRows: 1_000,

  /** Dead letters that are shown of one queue, as many as SQS gives at a time, and how much of each. */
  shownDeadLetters: 10,
  deadLetterCharacters: 10_000,
  /** Dead letters that one request moves. */
  redrivenDeadLetters: 1_000,
  /** Changes that are read from the stream at a time to be sent again, at the bus so many at once, and time for them. */
  replayedAtATime: 100,
  replayedAtOnce: 10,
  replayReserveMs: 10_000,
  /** Messages of a batch of which it is noted why they failed, how much of it, and for how long: 14 days in a queue each. */
  notedFailuresPerBatch: 10,
  notedErrorCharacters: 1_000,
  failureTtlSeconds: 28 * 24 * 60 * 60,

  /** Bookings of an event that are read at a time, and worked on at once, where all of them have to change. */
  sweptBookingsPerPage: 1_000,
  sweptBookingsAtOnce: 16,
  /** Bookings of one shard that are cancelled in one transaction, each with its buyer's count. */
  cancelledTogether: 40,
  /** Time in which a worker that sweeps over bookings ends a page and hands the rest over. */
  sweepReserveMs: 15_000,
  /** Between two looks into an index that is behind. */
  indexLagMs: 250,
  /** Longer than a message can be under way, so that a late one still sees that its work went on. */
  continuationTtlSeconds: 31 * 24 * 60 * 60,
  /** How long a worker has for sending an email before another one may. */
  emailClaimMs: 60_000,

  /** Entries whose number is counted together, so that a place in line is found without reading the line. */
  waitlistBlockEntries: 200,
  /** Entries that are closed in one transaction, with four actions each. */
  waitlistEntriesPerClosing: 20,
  /** How long the worker has for closing a waitlist before somebody who looks at it asks for that again. */
  waitlistAskAgainMs: 60_000,
  /** Time in which a worker ends a promotion and hands the rest of a waitlist over. */
  promotionReserveMs: 2_000,

  /**
   * Longest life of a login: its refresh token's 30 days, and the hour of the last access token that was made with it.
   * The user pool's client has the same (lib/constructs/identity.ts).
   */
  loginSeconds: (30 * 24 + 1) * 60 * 60,
  /** Ended logins that are kept of a person; every one is some 50 bytes of what each booking of theirs checks. */
  endedLogins: 20,
  /** How long an instance remembers that a login has ended, and that it had not: the latter is for who asks for what is sold out. */
  refusedLoginMemoryMs: 300_000,
  seenLoginMemoryMs: 3_000,
  /** Items of a person that are read at a time, on the way through all of them. */
  personItemsPerRead: 500,
  /** Bytes of JSON with which an export ends a page: with one read more it is far from the 6 MB of an answer. */
  exportBytes: 3_000_000,
  exportReserveMs: 3_000,

  /**
   * How many of something are permitted within `windowSeconds`, at any time; context `rateLimits` sets other quotas. Per
   * person, per account (an email address) or per network address. An address is not a person: a carrier, a campus or an
   * office with 2,000 people who sign in within one minute is let in.
   */
  rates: {
    bookings: { quota: 120, windowSeconds: 60 },
    'waitlist-joins': { quota: 60, windowSeconds: 60 },
    /** Of one person for one event. */
    holds: { quota: 30, windowSeconds: 3_600 },
    logins: { quota: 20, windowSeconds: 60 },
    'logins-per-address': { quota: 2_000, windowSeconds: 60 },
    /** Each may send an email to the mailbox. */
    registrations: { quota: 10, windowSeconds: 3_600 },
    'registrations-per-address': { quota: 2_000, windowSeconds: 60 },
    /** A code has six digits. */
    confirmations: { quota: 15, windowSeconds: 3_600 },
    'confirmations-per-address': { quota: 2_000, windowSeconds: 60 },
  },
  /** Windows before the last two whose counters a count takes away. */
  staleRateWindows: 2,
  /** People whose pace an instance remembers. */
  rememberedPaces: 10_000,
  /** How long a sign-in waits for its counters before it goes on without them. */
  rateCountMs: 1_000,
  /** An item that holds nothing but counters is forgotten so long after it was made. */
  rateItemSeconds: 31 * 24 * 60 * 60,

  idempotencyTtlSeconds: 24 * 60 * 60,
  soldOutMemoryMs: 1_000,
  availabilityMemoryMs: 1_000,
  eventMemoryMs: 60_000,
  /** Events, tiers or stocks that an instance remembers at most. */
  rememberedEvents: 2_000,

  /** Retries of conflicts and throttles: full jitter, doubling from base to cap. */
  retryBaseMs: 5,
  retryCapMs: 400,
  /** Longest pause of an instance whose bookings keep meeting those of others, or throttles. */
  contentionCapMs: 2_000,
  /** How long a read is tried again; far from any function's timeout. */
  readPatienceMs: 2_000,
  /** Time kept back from the function's remaining time to send an answer. */
  answerReserveMs: 500,
  busyRetryAfterSeconds: 1,
} as const;

const relations: ReadonlyArray<readonly [boolean, string]> = [
  [
    limits.shardsPerEvent + 4 <= limits.actionsPerTransaction,
    'an event, its ownership, a check of its owner, an idempotency record and all shards fit into one transaction',
  ],
  [
    limits.shardsPerTier + 4 <= limits.actionsPerTransaction,
    'a booking, its purchase count, a check of the login, an idempotency record and a draw from every shard fit into one transaction',
  ],
  [
    limits.shardsPerTier + limits.tiersPerEvent - 1 <= limits.shardsPerEvent,
    'a tier with all its shards leaves one shard for every other tier',
  ],
  [
    limits.shardsPerTier + 8 <= limits.actionsPerTransaction,
    'a promotion, or the first place in line, and all shards fit into one transaction',
  ],
  [
    4 * limits.waitlistEntriesPerClosing + 1 <= limits.actionsPerTransaction,
    'the entries that are closed together fit into one transaction',
  ],
  [limits.defaultMaxPerBooking <= limits.quantityPerBooking, 'the default quantity is a permitted one'],
  [
    limits.priceMinorUnits * limits.capacityPerTier * limits.tiersPerEvent < Number.MAX_SAFE_INTEGER,
    'revenue stays an exact integer',
  ],
  [
    limits.holdTtlMinSeconds <= limits.holdTtlSeconds && limits.holdTtlSeconds <= limits.holdTtlMaxSeconds,
    'the default lifetime of a hold is a permitted one',
  ],
  [
    limits.tiersPerEvent + 2 * (limits.statisticsSeenDays + 2) <= limits.actionsPerTransaction,
    'what was seen of an event, and totals and days of it and of the platform fit into one transaction',
  ],
  [limits.analyticsDefaultDays <= limits.analyticsDays, 'the default range of analytics is a permitted one'],
  [limits.defaultPageItems <= limits.pageItems, 'the default page is a permitted one'],
  [
    Object.values(limits.rates).every(({ windowSeconds }) => windowSeconds < limits.rateItemSeconds),
    'counters of a rate outlive its window',
  ],
  [limits.availabilityMemoryMs < 2_000, 'availability is never older than two seconds'],
];

for (const [holds, rule] of relations) {
  if (!holds) throw new RangeError(`limits.ts: ${rule}: does not hold`);
}
