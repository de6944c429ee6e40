import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { Answer } from '../support/api.ts';
import type { Action, Answers } from './answers.ts';
import type { Connection } from './connection.ts';
import type { Show } from './shows.ts';

export interface Visit {
  readonly connection: Connection;
  /** Asked for each request, because tokens end after an hour. */
  readonly token: () => string;
  readonly shows: readonly Show[];
  readonly answers: Answers;
  /** How long a person looks at an answer, on average. */
  readonly thinkMs: number;
  readonly isOver: () => boolean;
}

/** How often a person does what; what is not possible at that moment becomes a look at the list. */
const habits: readonly (readonly [Action, number])[] = [
  ['list events', 26],
  ['read an event', 26],
  ['popular events', 8],
  ['own bookings', 8],
  ['book', 12],
  ['hold', 6],
  ['confirm a hold', 5],
  ['cancel', 5],
  ['join a waitlist', 2],
  ['own place in line', 2],
];
const total = habits.reduce((sum, [, weight]) => sum + weight, 0);
/** Whoever has so many gives one back before the next, so that there are seats for an hour of visitors. */
const mostBookings = 3;
const mostRetries = 5;

/** A person who looks around, books and changes their mind until it is over. */
export async function visit({ connection, token, shows, answers, thinkMs, isOver }: Visit): Promise<void> {
  const etags = new Map<string, string>();
  const booked: string[] = [];
  const held: string[] = [];
  const missed = new Set<string>();

  const anyShow = () => shows[Math.floor(Math.random() * shows.length)]?.eventId ?? '';
  const browse = async (action: Action, path: string) => {
    const etag = etags.get(path);
    const message = etag === undefined ? {} : { headers: { 'if-none-match': etag } };
    const answer = await answers.take(action, () => connection.send('GET', path, message));
    if (answer?.status === 200) etags.set(path, String(answer.headers.etag));
  };
  const personal = (action: Action, method: string, path: string, body?: object, key?: string) => {
    const headers = { authorization: `Bearer ${token()}`, ...(key !== undefined && { 'idempotency-key': key }) };
    return answers.take(action, () => connection.send(method, path, { headers, ...(body && { body }) }));
  };
  /** A request with a key is sent again where the server is too busy, as the API says. */
  const patiently = async (action: Action, path: string, body: object): Promise<Answer | undefined> => {
    const key = ulid();
    for (let retries = 0; ; retries += 1) {
      const answer = await personal(action, 'POST', path, body, key);
      if (answer?.status !== 503 || retries === mostRetries) return answer;
      await wait(1_000 * Number(answer.headers['retry-after'] ?? 1));
    }
  };
  const take = async (action: Action, list: string[], more: object) => {
    const eventId = anyShow();
    const answer = await patiently(action, '/bookings', {
      eventId,
      quantity: 1 + Math.floor(Math.random() * 3),
      ...more,
    });
    if (answer?.status === 201) list.push((answer.body as { bookingId: string }).bookingId);
    else if (answer?.status === 409) missed.add(eventId);
  };

  const deeds: Partial<Record<Action, () => Promise<unknown>>> = {
    'read an event': () => browse('read an event', `/events/${anyShow()}`),
    'popular events': () => browse('popular events', '/events/popular'),
    'own bookings': () => personal('own bookings', 'GET', '/bookings'),
    'own place in line': () => personal('own place in line', 'GET', `/events/${anyShow()}/waitlist`),
    book: async () => {
      if (booked.length < mostBookings) return take('book', booked, {});
      await personal('cancel', 'DELETE', `/bookings/${booked.shift()}`);
    },
    hold: async () => {
      if (held.length < mostBookings) return take('hold', held, { hold: true });
      await personal('cancel', 'DELETE', `/bookings/${held.shift()}`);
    },
    'confirm a hold': async () => {
      const bookingId = held.shift();
      if (!bookingId) return look();
      const answer = await personal('confirm a hold', 'POST', `/bookings/${bookingId}/confirm`);
      if (answer?.status === 200) booked.push(bookingId);
    },
    cancel: async () => {
      const bookingId = held.shift() ?? booked.shift();
      if (!bookingId) return look();
      await personal('cancel', 'DELETE', `/bookings/${bookingId}`);
    },
    'join a waitlist': async () => {
      const [eventId] = missed;
      if (!eventId) return look();
      missed.delete(eventId);
      await patiently('join a waitlist', `/events/${eventId}/waitlist`, { quantity: 1 });
    },
  };
  const look = () => browse('list events', '/events');

  // Nobody comes in at the same moment.
  await wait(Math.random() * thinkMs);
  while (!isOver()) {
    await (deeds[choose()] ?? look)();
    await wait(-Math.log(1 - Math.random()) * thinkMs);
  }
}

function choose(): Action {
  let place = Math.random() * total;
  for (const [action, weight] of habits) {
    place -= weight;
    if (place < 0) return action;
  }
  return 'list events';
}
