import { setImmediate as settle } from 'node:timers/promises';
import type { Counts } from '../../test/support/faulty-dynamodb/types.ts';
import type { FaultyTable } from '../hot/faulty-table.ts';
import type { HotEvent } from '../hot/hot-event.ts';
import type { Pool } from '../hot/pool.ts';

export interface Rejections {
  readonly withKey: boolean;
  readonly clients: number;
  readonly instances: number;
  readonly rejected: number;
  readonly otherAnswers: number;
  /** As without slow motion. */
  readonly perSecondAndInstance: number;
  readonly callsPerSecondAndInstance: number;
  readonly callsPerRejection: number;
  readonly calls: Readonly<Record<string, number>>;
}

interface Storm {
  readonly clients: number;
  readonly instances: number;
  /** As without slow motion. */
  readonly durationMs: number;
  readonly withKey: boolean;
}

/** Clients ask for a ticket of a sold-out event again and again, each as soon as it has an answer. */
export async function runStorm(
  { table, pool, event }: { table: FaultyTable; pool: Pool; event: HotEvent },
  { clients, instances, durationMs, withKey }: Storm,
): Promise<Rejections> {
  const { proxy, slowMotion } = table;
  let rejected = 0;
  let otherAnswers = 0;
  const before = proxy.counts();
  const startedAt = performance.now();
  const work = async (client: number) => {
    for (let round = 0; performance.now() - startedAt < durationMs * slowMotion; round += 1) {
      const { code } = await pool.serve(event.booking(client, withKey ? `key-${client}-${round}` : undefined));
      if (code === 'sold-out') rejected += 1;
      else otherAnswers += 1;
      // A remembered answer waits for nothing: without a pause the one thread would see no socket any more.
      await settle();
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  const seconds = (performance.now() - startedAt) / 1_000 / slowMotion;
  const calls = callsSince(before, proxy.counts());
  const sum = Object.values(calls).reduce((total, count) => total + count, 0);
  return {
    withKey,
    clients,
    instances,
    rejected,
    otherAnswers,
    perSecondAndInstance: rejected / seconds / instances,
    callsPerSecondAndInstance: sum / seconds / instances,
    callsPerRejection: sum / rejected,
    calls,
  };
}

/** Calls of each operation between two looks at the counts. */
export function callsSince(before: Counts, after: Counts): Record<string, number> {
  const made = Object.entries(after).map(
    ([operation, { attempts }]) => [operation, attempts - (before[operation]?.attempts ?? 0)] as const,
  );
  return Object.fromEntries(made.filter(([, count]) => count > 0));
}
