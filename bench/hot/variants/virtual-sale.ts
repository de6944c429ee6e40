import { planDraw, type Shard } from '../../../functions/domain/inventory.ts';
import type { Random } from '../../../test/support/faulty-dynamodb/types.ts';
import { createEventHeap } from '../../simulate/event-heap.ts';
import { quantile } from '../../support/statistics.ts';
import { gapMs } from '../arrivals.ts';
import type { Contender } from './contenders.ts';
import { createVirtualTable, type TableSettings } from './virtual-table.ts';

export interface Setting extends TableSettings {
  readonly instances: number;
  /** Without, each instance books again at once. */
  readonly perSecond?: number;
  /** Between an answer and the next request, on average. */
  readonly gapMs: number;
  readonly untilMs: number;
  readonly random: Random;
  readonly make: (tier: TableSettings, random: Random) => Contender;
}

export interface Outcome {
  readonly sold: number;
  /** Of the last ticket. */
  readonly atMs: number;
  /** Transactions a booking, in a part of the time. */
  attempts(fromMs: number, toMs: number): number;
  perSecond(fromMs: number, toMs: number): number;
  readonly p99Ms: number;
  readonly readings: number;
  readonly busy: number;
}

const answerMs = 2;
const patienceMs = 9_500;

/** functions/store/book.ts with real outlooks, in virtual time, for tickets of which everybody wants one. */
export function runVirtualSale(setting: Setting): Outcome {
  const { random, instances, make, windowMs, untilMs } = setting;
  const table = createVirtualTable(setting);
  const heap = createEventHeap(instances + 1);
  const steps: (() => void)[] = [];
  const all = Array.from({ length: instances }, () => make(setting, random));
  const idle = [...all.keys()];
  const line: number[] = [];
  const bookings: { at: number; attempts: number; tookMs: number }[] = [];
  let [now, attempts, readings, busy] = [0, 0, 0, 0];

  const later = (id: number, ms: number, step: () => void) => {
    steps[id] = step;
    heap.push(now + ms, id);
  };
  const read = () => {
    readings += 1;
    return table.read() as Shard[];
  };
  const begin = (id: number, arrivedAt: number) => {
    all[id]?.begin();
    choose(id, arrivedAt);
  };
  const choose = (id: number, arrivedAt: number) => {
    const { outlook } = contender(id);
    if (!outlook.isTimeToLook(1)) return send(id, arrivedAt, outlook.shard);
    const shards = read();
    later(id, answerMs, () => {
      outlook.look(shards);
      const [draw] = (outlook.seats < 1 && planDraw(shards, 1, random)) || [];
      send(id, arrivedAt, draw?.shard ?? outlook.shard);
    });
  };
  const send = (id: number, arrivedAt: number, shard: number) => {
    const { outlook, ...instance } = contender(id);
    if (shard !== outlook.shard) outlook.moveTo(shard);
    const verdict = table.book(shard, now);
    attempts += 1;
    if (verdict === 'sold') {
      later(id, windowMs, () => {
        outlook.sold([{ shard, quantity: 1 }], windowMs);
        instance.sold(windowMs);
        bookings.push({ at: now, attempts, tookMs: now - arrivedAt });
        done(id);
      });
    } else if (verdict === 'empty') {
      later(id, windowMs, () => {
        const shards = read();
        later(id, answerMs, () => {
          outlook.note(shards);
          const [draw] = planDraw(shards, 1, random) ?? [];
          if (draw) send(id, arrivedAt, draw.shard);
          else done(id);
        });
      });
    } else {
      if (verdict === 'conflict' || instance.leavesWhenThrottled) outlook.moveAway();
      const pauseMs = instance.pauseMs(random());
      const isBusy = now + pauseMs - arrivedAt >= patienceMs;
      if (isBusy) busy += 1;
      later(id, answerMs + (isBusy ? 0 : pauseMs), () => (isBusy ? done(id) : choose(id, arrivedAt)));
    }
  };
  const done = (id: number) => {
    const gap = (setting.gapMs / 2) * (1 - Math.log(1 - random()));
    if (setting.perSecond === undefined) return later(id, gap, () => begin(id, now));
    const next = line.shift();
    if (next !== undefined) later(id, gap, () => begin(id, next));
    else idle.push(id);
  };
  const contender = (id: number): Contender => {
    const found = all[id];
    if (!found) throw new RangeError(`no instance ${id}`);
    return found;
  };
  const arrive = (perSecond: number) => {
    const [id] = idle.splice(Math.floor(random() * idle.length), 1);
    const arrivedAt = now;
    if (id === undefined) line.push(arrivedAt);
    else later(id, setting.gapMs, () => begin(id, arrivedAt));
    later(instances, gapMs(perSecond, random), () => arrive(perSecond));
  };

  const { perSecond } = setting;
  if (perSecond === undefined) for (const id of all.keys()) later(id, random() * 5, () => begin(id, now));
  else later(instances, 0, () => arrive(perSecond));
  while (heap.nextTime() < untilMs && bookings.length < setting.capacity) {
    now = heap.nextTime();
    steps[heap.pop()]?.();
  }
  const between = (fromMs: number, toMs: number) => bookings.filter(({ at }) => at >= fromMs && at <= toMs);
  return {
    sold: bookings.length,
    atMs: bookings.at(-1)?.at ?? Number.NaN,
    attempts: (fromMs, toMs) => {
      const part = between(fromMs, toMs);
      return ((part.at(-1)?.attempts ?? Number.NaN) - (part[0]?.attempts ?? Number.NaN)) / (part.length - 1);
    },
    perSecond: (fromMs, toMs) => (between(fromMs, toMs).length * 1_000) / (toMs - fromMs),
    p99Ms: quantile(
      bookings.map(({ tookMs }) => tookMs),
      0.99,
    ),
    readings,
    busy,
  };
}
