import type { CreateEvent } from './hot-event.ts';
import type { Instance } from './instances.ts';

/** Instances that are made ready at the same time: their code is compiled by the one thread that they share. */
const atOnce = 8;
const bookings = 3;

/**
 * Lets each instance compile its code and open its connection, on an event of its own. What it knows about the hot
 * event, its preferred shard above all, is left for the measurement.
 */
export async function warmUp(instances: readonly Instance[], createEvent: CreateEvent): Promise<void> {
  const event = await createEvent(instances.length * bookings + 6_400);
  const left = [...instances.entries()];
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [number, instance] = next;
      for (let round = 0; round < bookings; round += 1) {
        const { status, code } = await instance(event.booking(number, `warm-${number}-${round}`));
        if (status !== 201) throw new Error(`warming up was answered with ${status} ${code}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
