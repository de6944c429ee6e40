import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../functions/domain/limits.ts';
import {
  addFigures,
  type Counts,
  dayOf,
  difference,
  type Figures,
  forgetOldDays,
  isNothing,
  noFigures,
  type SeenShard,
  type ShardImage,
  see,
} from '../../functions/domain/statistics.ts';

/** What happens to a shard: `days` later than the change before, tickets are sold, cancelled, or neither. */
interface Change {
  days: number;
  sold: number;
  cancelled: number;
}
const price = 700;
const dayMs = 24 * 60 * 60 * 1_000;
const start = Date.parse('2027-01-01T00:00:00Z');
const image = (version: number, day: string, counts: Counts, overrides: Partial<ShardImage> = {}): ShardImage => ({
  shard: 0,
  createdAt: '2027-01-01T00:00:00.000Z',
  version,
  removed: false,
  capacity: 100,
  currency: 'EUR',
  day,
  counts,
  ...overrides,
});

/** The images that the stream has of a shard, and the statistics that they have to make. */
function historyOf(changes: readonly Change[]): { images: ShardImage[]; total: Figures; days: Map<string, Figures> } {
  const counts: Counts = { bookings: 0, sold: 0, cancelled: 0, revenue: 0 };
  const images = [image(1, '2027-01-01', { ...counts })];
  const total = noFigures();
  const days = new Map<string, Figures>();
  let time = start;
  for (const [index, { days: later, sold, cancelled }] of changes.entries()) {
    time += later * dayMs;
    const day = dayOf(new Date(time).toISOString());
    const part = {
      bookings: sold > 0 ? 1 : 0,
      sold,
      cancelled,
      revenue: { EUR: (sold - cancelled) * price },
    };
    counts.bookings += part.bookings;
    counts.sold += sold;
    counts.cancelled += cancelled;
    counts.revenue += part.revenue.EUR;
    images.push(image(index + 2, day, { ...counts }));
    addFigures(total, part);
    const figures = days.get(day) ?? noFigures();
    addFigures(figures, part);
    days.set(day, figures);
  }
  return { images, total, days };
}

/** What statistics have counted after batches of images. */
function counted(batches: readonly (readonly ShardImage[])[]) {
  const total = noFigures();
  const days = new Map<string, Figures>();
  let capacity = 0;
  let seen: SeenShard | undefined;
  for (const batch of batches) {
    const before = seen;
    for (const part of batch) seen = see(seen, part);
    if (!seen) continue;
    const change = difference(before, seen);
    capacity += change.capacity;
    addFigures(total, change.total);
    for (const [day, part] of change.days) {
      const figures = days.get(day) ?? noFigures();
      addFigures(figures, part);
      days.set(day, figures);
    }
    seen = forgetOldDays(seen);
  }
  return { total, days, capacity, seen };
}

/** Without what is nothing, which is as good as not there. */
const plain = (days: ReadonlyMap<string, Figures>) =>
  Object.fromEntries([...days].filter(([, figures]) => !isNothing(figures)).map(([day, f]) => [day, money(f)]));
const money = ({ revenue, ...counts }: Figures) => ({ ...counts, EUR: revenue.EUR ?? 0 });

const changes = fc.array(
  fc.record({ days: fc.integer({ min: 0, max: 2 }), sold: fc.nat({ max: 4 }), cancelled: fc.nat({ max: 2 }) }),
  { maxLength: 14 },
);

describe('statistics of a shard', () => {
  it('are the same after any duplication, order, replay and grouping of its changes', () => {
    const deliveries = changes.chain((history) => {
      const { images } = historyOf(history);
      const again = fc.array(fc.constantFrom(...images), { maxLength: 20 });
      return fc.record({
        history: fc.constant(history),
        order: again.chain((extra) => {
          const all = [...images, ...extra];
          return fc.shuffledSubarray(all, { minLength: all.length });
        }),
        sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 40 }),
      });
    });
    fc.assert(
      fc.property(deliveries, ({ history, order, sizes }) => {
        const { images, total, days } = historyOf(history);
        const batches: ShardImage[][] = [];
        for (let at = 0, n = 0; at < order.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          batches.push(order.slice(at, at + size));
          at += size;
        }
        const once = counted(batches);
        const replayed = counted([...batches, images, images.toReversed()]);
        for (const result of [once, replayed]) {
          expect(money(result.total)).toEqual(money(total));
          expect(plain(result.days)).toEqual(plain(days));
          expect(result.capacity).toBe(100);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('forget the ends of old days, and no number that they made', () => {
    const history = Array.from({ length: 3 * limits.statisticsSeenDays }, () => ({ days: 1, sold: 2, cancelled: 1 }));
    const { images, total, days } = historyOf(history);
    const result = counted(images.map((one) => [one]));
    expect(result.seen?.days).toHaveLength(limits.statisticsSeenDays);
    expect(money(result.total)).toEqual(money(total));
    expect(plain(result.days)).toEqual(plain(days));
    const late = counted([...images.map((one) => [one]), images]);
    expect(plain(late.days)).toEqual(plain(days));
  });

  it('lose the seats of a shard that is removed, also where its last change comes after that', () => {
    const none = { bookings: 0, sold: 0, cancelled: 0, revenue: 0 };
    const made = image(1, '2027-01-01', none);
    const grown = image(2, '2027-01-01', none, { capacity: 150 });
    const gone = image(2, '2027-01-01', none, { capacity: 150, removed: true });
    for (const order of [
      [made, grown, gone],
      [gone, made, grown],
      [gone, grown, gone, made],
    ]) {
      expect(counted(order.map((one) => [one])).capacity).toBe(0);
    }
    const again = image(1, '2027-01-02', none, { createdAt: '2027-01-02T00:00:00.000Z', capacity: 30 });
    expect(counted([[gone], [again], [made]]).capacity).toBe(30);
    expect(counted([[again], [gone], [grown]]).capacity).toBe(30);
  });
});
