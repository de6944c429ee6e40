import { assumedMs, dollarsOf, prices } from '../costs/prices.ts';
import type { Outcome } from './simulate.ts';

/** Memory of the function `booking`, in GB: lib/functions.ts. */
const memoryGb = 1;

/**
 * What follows from one booking, from reading lib/workers.ts and functions/workers: three changes (booking, shard,
 * notification) through a pipe and the bus; four messages (the notification, the audit trail, statistics, an email), each
 * through a queue (sent; received and deleted in batches of ten); the notification and its count, the entry of the trail
 * and of its index, what the sender of emails reads and writes, and the booking's part of the statistics.
 */
const afterOneBooking = {
  pipeRequests: 3,
  busEvents: 3,
  queueRequests: 4 * (1 + 0.2),
  writeUnits: 4 + 4 + 2 + 0.3,
  readUnits: 3,
  lambdaRequests: 0.4,
  lambdaGbSeconds: (0.5 * 4 * (assumedMs.handler + 2 * assumedMs.write)) / 1_000,
} as const;

/** $ for each ticket that was sold: of everybody's requests, of what follows from it, and of its email. */
export function dollarsPerTicket({ sold, used }: Outcome): { requests: number; after: number; email: number } {
  const requests = dollarsOf({
    writeUnits: used.writeUnits,
    readUnits: used.readUnits,
    gatewayRequests: used.requests,
    lambdaRequests: used.invocations,
    lambdaGbSeconds: (memoryGb * used.lambdaMs) / 1_000,
  });
  return { requests: requests / sold, after: dollarsOf(afterOneBooking), email: prices.emails / 1_000_000 };
}
