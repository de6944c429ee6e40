/** What happens while a request or a batch is worked on, by the name of its metric. */
export type Counter =
  | 'Bookings'
  | 'TicketsSold'
  | 'Holds'
  | 'HoldsExpired'
  | 'Cancellations'
  | 'TicketsCancelled'
  | 'Promotions'
  | 'WaitlistJoins'
  | 'SoldOut'
  | 'Busy'
  | 'Failures'
  | 'Conflicts'
  | 'Throttles'
  | 'Retries'
  | 'RateLimited'
  | 'RateLimiterFaults'
  | 'ColdStarts'
  | 'Messages'
  | 'FailedMessages';

const counts = new Map<Counter, number>();

/** Counts something; whoever handles the request publishes it at the end (see `observe.ts`). */
export function count(counter: Counter, by = 1): void {
  if (by > 0) counts.set(counter, (counts.get(counter) ?? 0) + by);
}

/** What was counted since the last call. An instance works on one request at a time, so all of it belongs to that. */
export function takeCounts(): Map<Counter, number> {
  const taken = new Map(counts);
  counts.clear();
  return taken;
}
