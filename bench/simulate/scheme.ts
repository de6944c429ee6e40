import { backoffMs } from '../../functions/domain/backoff.ts';
import { planDraw, type Shard } from '../../functions/domain/inventory.ts';
import { Outlook } from '../../functions/domain/outlook.ts';
import type { Random } from '../../test/support/faulty-dynamodb/types.ts';

/** What a booking reads of a shard. */
export type Seats = Pick<Shard, 'shard' | 'available'>;

const none = -1;

/**
 * Which shard each instance draws from, and how long it waits after a refusal: the very rules of the product
 * (functions/domain), put together as functions/store/book.ts and draw.ts do. Where those two change, this has to follow.
 */
export function createScheme(
  { instances, tickets, shards }: { instances: number; tickets: number; shards: number },
  random: Random,
) {
  const outlooks: Outlook[] = [];
  /** Chosen after a reading of all shards, for one request. */
  const drawn = new Int32Array(instances).fill(none);
  const retries = new Uint8Array(instances);

  function outlookOf(instance: number): Outlook {
    const outlook = outlooks[instance] ?? new Outlook({ capacity: tickets, shards }, random);
    outlooks[instance] = outlook;
    return outlook;
  }

  function draw(instance: number, seats: readonly Seats[]): void {
    const draws = seats.some(({ available }) => available > 0) ? planDraw(seats as readonly Shard[], 1, random) : [];
    drawn[instance] = draws?.[0]?.shard ?? none;
  }

  function countRetry(instance: number): number {
    const before = retries[instance] ?? 0;
    retries[instance] = Math.min(255, before + 1);
    return before;
  }

  return {
    /** A request begins. */
    begin(instance: number): void {
      retries[instance] = 0;
      drawn[instance] = none;
    },

    /** Whether it reads all shards before it draws from its own. */
    isTimeToLook: (instance: number): boolean =>
      (drawn[instance] ?? none) === none && outlookOf(instance).isTimeToLook(1),

    /** `drawFromOne` of draw.ts, where it is time to look. */
    look(instance: number, seats: readonly Seats[]): void {
      const outlook = outlookOf(instance);
      outlook.look(seats as readonly Shard[]);
      if (outlook.seats < 1) draw(instance, seats);
    },

    /** `drawFromAll` of draw.ts. @returns whether there is a ticket */
    drawFromAll(instance: number, seats: readonly Seats[]): boolean {
      outlookOf(instance).note(seats as readonly Shard[]);
      draw(instance, seats);
      return drawn[instance] !== none;
    },

    shardFor(instance: number): number {
      const outlook = outlookOf(instance);
      const chosen = drawn[instance] ?? none;
      if (chosen !== none && chosen !== outlook.shard) outlook.moveTo(chosen);
      return outlook.shard;
    },

    sold(instance: number, shard: number, tookMs: number): void {
      outlookOf(instance).sold([{ shard, quantity: 1 }], tookMs);
    },

    /** @returns how long it waits before it tries again */
    refused(instance: number, by: 'conflict' | 'throttle'): number {
      const outlook = outlookOf(instance);
      if (by === 'conflict') outlook.moveAway();
      drawn[instance] = none;
      countRetry(instance);
      return outlook.pace.refused(random());
    },

    /** @returns how long it waits before it reads again, as Patience of functions/store/transact.ts does */
    waitMs: (instance: number): number => backoffMs(countRetry(instance), random()),
  };
}
