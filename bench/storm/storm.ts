import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';
import { startFaultyTable } from '../hot/faulty-table.ts';
import { eventCreator, type HotEvent } from '../hot/hot-event.ts';
import { type Instance, startInstances } from '../hot/instances.ts';
import { createPool } from '../hot/pool.ts';
import { warmUp } from '../hot/warm-up.ts';
import { print, tableText } from '../support/table.ts';
import { type Rejections, runStorm } from './rejections.ts';

export interface StormResult {
  slowMotion: number;
  storms: Rejections[];
}

const seed = 20_260_102;
const instances = 16;
const clients = 1_000;
const durationMs = 6_000;
const capacity = 6_400;
const perBooking = 100;

/**
 * What it costs to tell 1,000 clients again and again that nothing is left.
 *
 * @param slowMotion as for the hot event
 */
export async function measureStorm(slowMotion: number): Promise<StormResult> {
  const table = await startFaultyTable({ conflictWindowMs: 10, seed, slowMotion });
  try {
    const createEvent = await eventCreator(table);
    const all = await startInstances(table, instances);
    await warmUp(all, createEvent);
    const event = await createEvent(capacity);
    await sellOut(all, event);
    const pool = createPool(all, seededRandom(seed));
    const storms: Rejections[] = [];
    for (const withKey of [false, true]) {
      storms.push(await runStorm({ table, pool, event }, { clients, instances, durationMs, withKey }));
    }
    return { slowMotion, storms };
  } finally {
    await table.stop();
  }
}

async function sellOut(all: readonly Instance[], event: HotEvent): Promise<void> {
  let left = Math.ceil(event.capacity / perBooking);
  const work = async (instance: Instance) => {
    for (; left > 0; ) {
      left -= 1;
      const { status, code } = await instance(event.booking(left, undefined, perBooking));
      if (status !== 201) throw new Error(`selling out was answered with ${status} ${code}`);
    }
  };
  await Promise.all(all.map(work));
  const { available } = await event.seats();
  if (available > 0) throw new Error(`${available} seats are left`);
}

export function printStorm({ slowMotion, storms }: StormResult): void {
  print(`\nThe rejection storm: ${clients} clients ask for a sold-out event, ${instances} instances`);
  if (slowMotion !== 1) print(`(in slow motion, ${slowMotion} times slower; rates are as without)`);
  const rows = storms.map((storm) => [
    storm.withKey ? 'with key' : 'without key',
    storm.rejected,
    storm.otherAnswers,
    storm.perSecondAndInstance.toFixed(0),
    storm.callsPerSecondAndInstance.toFixed(1),
    storm.callsPerRejection.toFixed(4),
  ]);
  const head = [
    '',
    'rejected',
    'other answers',
    'rejected/s and instance',
    'calls/s and instance',
    'calls a rejection',
  ];
  print(tableText(head, rows));
}
