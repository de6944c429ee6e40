import { newEvent } from '../domain/event-change.ts';
import { book } from '../store/book.ts';
import { findBooking } from '../store/booking-store.ts';
import { createEvent, getEvent } from '../store/event-store.ts';
import { demoEventInput, demoEvents, demoId } from './demo-events.ts';
import type { Handler } from './request.ts';

type Demo = (typeof demoEvents)[number];
type Context = Pick<Parameters<Handler<'createDemoData'>>[0], 'remainingMs' | 'requestId'>;

/** Makes what is missing of the demo data. Ids are fixed, so the same call again changes nothing. */
export const createDemoData: Handler<'createDemoData'> = async (request) => {
  let created = 0;
  const events: { eventId: string; name: string }[] = [];
  for (const demo of demoEvents) {
    const eventId = demoId('evt', demo.number);
    if (await makeEvent(demo, eventId, request)) created += 1;
    await sellTickets(demo, eventId, request);
    events.push({ eventId, name: demo.show[0] });
  }
  return { status: 201, body: { created, events } };
};

async function makeEvent(demo: Demo, eventId: string, { requestId, remainingMs }: Context): Promise<boolean> {
  if (await getEvent(eventId)) return false;
  const input = demoEventInput(demo, Date.now());
  const change = { changeId: requestId, now: new Date().toISOString() };
  const event = newEvent(input, { eventId, organizerId: 'demo-organizer' }, change);
  await createEvent(event, undefined, { remainingMs });
  return true;
}

/** Sells to demo people, a booking each, as far as that was not done by an earlier call. */
async function sellTickets(demo: Demo, eventId: string, { remainingMs }: Context): Promise<void> {
  if (!demo.sold) return;
  const perBooking = 6;
  for (let sold = 0, person = 1; sold < demo.sold.quantity; person += 1) {
    const quantity = Math.min(perBooking, demo.sold.quantity - sold);
    const bookingId = demoId('bkg', demo.number * 1_000 + person);
    const userId = `demo-person-${person}`;
    if (!(await findBooking(userId, bookingId))) {
      await book({ bookingId, userId, eventId, tierId: demo.sold.tierId, quantity, remainingMs });
    }
    sold += quantity;
  }
}
