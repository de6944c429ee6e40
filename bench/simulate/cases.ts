import { type Model, onColdTable, onRaisedQuotas, onSale, requestsOf } from './model.ts';

export interface Case {
  readonly name: string;
  readonly model: Model;
}

/** Ticket and crowd sizes of the questions that the model answers. */
const sizes: readonly (readonly [people: number, tickets: number])[] = [
  [10_000, 1_000],
  [100_000, 1_000],
  [1_000_000, 1_000],
  [10_000_000, 1_000],
  [100_000, 50_000],
  [1_000_000, 50_000],
  [10_000_000, 50_000],
  [10_000_000, 1_000_000],
];

export const sizeCases: readonly Case[] = sizes.map(([people, tickets]) => ({
  name: `${people.toLocaleString('en')} people, ${tickets.toLocaleString('en')} tickets`,
  model: onSale(people, tickets),
}));

/** Instances of the booking function limited to so many for each shard, by reserved concurrency. */
export function withReserved(model: Model, perShard: number): Model {
  return withInstances(model, perShard * model.shards);
}

/** Lambda's quota of ten requests a second for each instance counts those that the function may have. */
export function withInstances(model: Model, concurrency: number): Model {
  return { ...model, lambda: { ...model.lambda, concurrency, requests: requestsOf(concurrency) } };
}

/** The other reading of that quota: requests count against all instances of the account. */
export const byAccount = (model: Model, { lambda }: Model): Model => ({
  ...model,
  lambda: { ...model.lambda, requests: lambda.requests },
});

const withWindow = (model: Model, conflictWindowMs: number): Model => ({
  ...model,
  table: { ...model.table, conflictWindowMs },
});

const withTableUnits = (model: Model, perSecond: number): Model => ({
  ...model,
  table: { ...model.table, writes: { perSecond, burst: perSecond } },
});

const freeConflicts = (model: Model): Model => ({ ...model, table: { ...model.table, conflictsConsume: false } });

/** The sale of 50,000 tickets to a million people, on other accounts and with other settings. */
export const variantOf: Model = onSale(1_000_000, 50_000);
export const variants: readonly Case[] = [
  { name: 'default quotas, a table that is warm', model: variantOf },
  { name: '… on a table that was never used', model: onColdTable(variantOf) },
  { name: '… if conflicts consume no units', model: freeConflicts(variantOf) },
  { name: 'two instances for each shard at most', model: withReserved(variantOf, 2) },
  { name: '… if the account counts their requests', model: byAccount(withReserved(variantOf, 2), variantOf) },
  { name: 'four instances for each shard at most', model: withReserved(variantOf, 4) },
  { name: 'eight instances for each shard at most', model: withReserved(variantOf, 8) },
  { name: 'a table of 100,000 units a second', model: withTableUnits(variantOf, 100_000) },
  { name: 'quotas raised tenfold', model: onRaisedQuotas(variantOf) },
  { name: '… and eight instances for each shard at most', model: withReserved(onRaisedQuotas(variantOf), 8) },
  { name: 'conflict window of 5 ms', model: withWindow(variantOf, 5) },
  { name: 'conflict window of 20 ms', model: withWindow(variantOf, 20) },
  { name: 'conflict window of 50 ms', model: withWindow(variantOf, 50) },
];

/** For each number of tickets, the sale of which every limit is lifted in turn. */
export const lifts: readonly Case[] = [
  { name: '1,000 tickets, 1,000,000 people', model: onSale(1_000_000, 1_000) },
  { name: '50,000 tickets, 1,000,000 people', model: variantOf },
  { name: '1,000,000 tickets, 3,000,000 people', model: onSale(3_000_000, 1_000_000) },
];
