import type { Person } from '../client.ts';
import { eventBody } from '../factories.ts';
import { emailsTo } from '../inbox-client.ts';
import type { Step } from './tour.ts';
import { so, until } from './until.ts';
import { insertOf, type World } from './world.ts';

/** What follows from a commit. */

const statusOf = async ({ as }: World, person: Person, bookingId: string): Promise<string> =>
  (await as(person, 200, `GET /bookings/${bookingId}`)).json.status;
const news = async ({ as }: World, person: Person, eventId: string): Promise<string[]> => {
  const { json } = await as(person, 200, 'GET /notifications?limit=100');
  return json.items.filter((item: { eventId?: string }) => item.eventId === eventId).map(({ kind }: Item) => kind);
};
const keyOf = ({ userId, bookingId }: { userId: string; bookingId: string }) =>
  [`USER#${userId}`, `BOOKING#${bookingId}`] as const;
type Item = { readonly kind: string };

/** A step that is done when the worker is done with a message. */
const worksOff = (queue: RegExp, bodyOf: (world: World) => Promise<unknown>): Step['prepare'] => {
  return async (world) => {
    const body = await bodyOf(world);
    return async (signal) => {
      const before = await world.messagesIn(queue);
      await world.send(queue, body);
      await until(signal, async () => so((await world.messagesIn(queue)) === before, 'the message is worked off'));
    };
  };
};

export const workerSteps: readonly Step[] = [
  {
    name: 'the seats of a hold come back',
    by: 'expire-hold',
    prepare: async (world) => {
      const eventId = await world.event({ capacity: 10, maxPerUser: 5 });
      const hold = await world.expiredHold(world.buyer, eventId);
      return async (signal) => {
        await world.send(/^expireholdQueue/, insertOf(hold));
        await until(signal, async () =>
          so((await world.stored(...keyOf(hold)))?.status === 'EXPIRED', 'the hold expired'),
        );
      };
    },
  },
  {
    name: 'a freed seat goes to the first in line, and the sale is open again',
    by: 'promote-waitlist',
    prepare: async (world) => {
      const { as, buyer, other, event, book } = world;
      const eventId = await event({ capacity: 3 });
      const bookingId = await book(other, eventId, { quantity: 3 });
      await as(buyer, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 });
      return async (signal) => {
        await as(other, 200, `DELETE /bookings/${bookingId}`);
        await until(signal, async () => {
          const { json } = await as(buyer, 200, 'GET /bookings?limit=100');
          so(
            json.items.some((booking: { eventId: string }) => booking.eventId === eventId),
            'promoted',
          );
        });
        await until(signal, async () => {
          const { json } = await world.expect(200, `GET /events/${eventId}`);
          so(json.tiers[0].waiting === false, 'nobody waits');
        });
      };
    },
  },
  {
    name: 'statistics follow',
    by: 'aggregate-analytics',
    prepare: async ({ event, book, buyer, asAdmin }) => {
      const eventId = await event();
      return async (signal) => {
        await book(buyer, eventId);
        await until(signal, async () => {
          const { json } = await asAdmin(200, `GET /admin/events/${eventId}/analytics`);
          so(json.totals.ticketsSold === 1, 'one sold');
        });
      };
    },
  },
  {
    name: 'everything of a cancelled event is cancelled',
    by: 'cancel-event',
    prepare: async (world) => {
      const { as, asAdmin, buyer, other, organizer, event, book } = world;
      const eventId = await event({ capacity: 3, maxPerUser: 3 });
      const bookingId = await book(buyer, eventId, { quantity: 2 });
      const holdId = await book(organizer, eventId, { hold: true });
      await as(other, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 });
      return async (signal) => {
        await asAdmin(202, `POST /admin/events/${eventId}/cancel`);
        await until(signal, async () => {
          so((await statusOf(world, buyer, bookingId)) === 'CANCELLED', 'the booking is cancelled');
          so((await statusOf(world, organizer, holdId)) === 'CANCELLED', 'the hold is cancelled');
          const { json } = await as(other, 200, `GET /events/${eventId}/waitlist`);
          so(json.items[0].status === 'CLOSED', 'the line is closed');
        });
      };
    },
  },
  {
    name: 'nothing leads to a person who is deleted, and their event is cancelled',
    by: 'delete-user',
    prepare: async (world) => {
      const { api, as, book, buyer, event } = world;
      const person = await api.makeOrganizer();
      const { json: own } = await as(person, 201, 'POST /organizer/events', eventBody());
      await as(person, 201, 'POST /organizer/events', eventBody({ status: 'DRAFT' }));
      const soldOut = await event({ capacity: 1 });
      await book(buyer, soldOut);
      await as(person, 201, `POST /events/${soldOut}/waitlist`, { quantity: 1 });
      const bookingId = await book(person, await event({ capacity: 10, maxPerUser: 5 }));
      return async (signal) => {
        const pk = `USER#${person.userId}`;
        // The request refuses an organizer with events to come, but one may be published at the same moment.
        const requestedAt = new Date().toISOString();
        await world.store({ pk, sk: 'DELETION', userId: person.userId, requestedAt, by: 'person' });
        await until(signal, async () => {
          so((await world.stored(pk, 'DELETION'))?.doneAt !== undefined, 'done');
          so((await world.stored(pk, `BOOKING#${bookingId}`))?.status === 'CANCELLED', 'cancelled');
          so((await world.stored(`EVENT#${own.eventId}`, 'EVENT'))?.status === 'CANCELLED', 'the event too');
        });
      };
    },
  },
  {
    name: 'a buyer is told',
    by: 'notify',
    prepare: async (world) => {
      const eventId = await world.event();
      return async (signal) => {
        await world.book(world.buyer, eventId);
        await until(signal, async () => so((await news(world, world.buyer, eventId)).length === 1, 'told'));
      };
    },
  },
  {
    name: 'everybody with a booking is told of a change',
    by: 'notify',
    prepare: async (world) => {
      const { json, headers } = await world.asAdmin(201, 'POST /admin/events', eventBody());
      const { eventId } = json;
      await world.book(world.buyer, eventId);
      await until(new AbortController().signal, async () =>
        so((await news(world, world.buyer, eventId)).length === 1, 'told of the booking'),
      );
      return async (signal) => {
        const startsAt = '2030-06-22T18:00:00.000Z';
        await world.asAdmin(200, `PATCH /admin/events/${eventId}`, { startsAt }, { 'if-match': headers.get('etag') });
        await until(signal, async () => so((await news(world, world.buyer, eventId)).length === 2, 'told'));
      };
    },
  },
  {
    name: 'a notification goes out by email',
    by: 'send-email',
    prepare: async (world) => {
      const { api, event, book, other } = world;
      const eventId = await event({}, { name: `Concert ${Math.random()}` });
      const { json } = await world.expect(200, `GET /events/${eventId}`);
      return async (signal) => {
        await book(other, eventId);
        await until(signal, async () => {
          const emails = await emailsTo(api, other);
          so(
            emails.some(({ body, subject }) => `${subject} ${body.text}`.includes(json.name)),
            'an email',
          );
        });
      };
    },
  },
  {
    name: 'why an email does not go out is noted',
    by: 'send-email',
    prepare: async (world) => async (signal) => {
      const { MessageId } = (await world.send(/^sendemailQueue/, {})) as { MessageId?: string };
      const noted = () => world.stored(`FAILURE#${MessageId}`, 'FAILURE');
      await until(signal, async () => so((await noted()) !== undefined, 'noted'));
    },
  },
  {
    name: 'a change is written down',
    by: 'audit',
    prepare: async ({ event, asAdmin }) => {
      return async (signal) => {
        const eventId = await event();
        await until(signal, async () => {
          const { json } = await asAdmin(200, `GET /admin/audit?entity=${eventId}`);
          so(json.items.length === 1, 'an entry');
        });
      };
    },
  },
  {
    name: 'who deleted an event is written down',
    by: 'audit',
    prepare: async ({ asAdmin }) => {
      const { json } = await asAdmin(201, 'POST /admin/events', eventBody({ status: 'DRAFT' }));
      return async (signal) => {
        await asAdmin(204, `DELETE /admin/events/${json.eventId}`);
        await until(signal, async () => {
          const { json: trail } = await asAdmin(200, `GET /admin/audit?entity=${json.eventId}`);
          so(trail.items[0]?.by?.kind === 'principal' && trail.items[0].change === 'removed', 'who did it');
        });
      };
    },
  },
  {
    name: 'a change that a pipe did not send to the bus is sent',
    by: 'replay-changes',
    prepare: worksOff(/^replaychangesQueue/, ({ unsent }) => unsent(/^ChangesToBus/, () => true)),
  },
  {
    name: 'a change that a pipe did not send to the FIFO queue is sent',
    by: 'replay-changes',
    prepare: worksOff(/^replaychangesQueue/, async ({ event, unsent }) => {
      await event();
      return unsent(/^ChangesTopromotewaitlist/, (image) => image.tierKey !== undefined);
    }),
  },
  {
    name: 'why a change is not sent is noted',
    by: 'replay-changes',
    prepare: async (world) => async (signal) => {
      const { MessageId } = (await world.send(/^replaychangesQueue/, {})) as { MessageId?: string };
      const noted = () => world.stored(`FAILURE#${MessageId}`, 'FAILURE');
      await until(signal, async () => so((await noted()) !== undefined, 'noted'));
    },
  },
];
