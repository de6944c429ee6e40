import { type Answer, type Api, faultOf } from '../support/api.ts';
import type { Attempt, Show } from './on-sale.ts';
import type { RushOptions } from './options.ts';

/** What somebody did beside booking, with the answer to it. */
export interface Step {
  what: 'cancel' | 'join';
  /** The booking that was given back. */
  bookingId?: string;
  outcome: 'done' | 'refused' | 'error';
  reason: string;
  ms: number;
  /** performance.now() */
  answeredAt: number;
}

/** What people do with the answers to their bookings: some give back what they got, and who got nothing waits. */
export interface Crowd {
  readonly steps: readonly Step[];
  /** Called for each answer, with the token of who got it. */
  react(attempt: Attempt, token: string): Promise<void>;
  /** Those who cancel after the rush. */
  goHome(): Promise<void>;
}

/** More at a time would only queue. */
const atOnce = 20;

export function createCrowd(api: Api, { eventId }: Show, { cancel, waitlist }: RushOptions): Crowd {
  const steps: Step[] = [];
  const inLine = new Set<string>();
  const later: (() => Promise<void>)[] = [];
  let confirmed = 0;
  const changesOfMind = () => {
    confirmed += 1;
    return Math.floor((confirmed * cancel) / 100) - Math.floor(((confirmed - 1) * cancel) / 100) > 0;
  };
  let regrets = 0;

  const send = async (step: Pick<Step, 'what' | 'bookingId'>, request: () => Promise<Answer>, status: number) => {
    const startedAt = performance.now();
    const done = (outcome: Step['outcome'], reason: string) => {
      const answeredAt = performance.now();
      steps.push({ ...step, outcome, reason, ms: answeredAt - startedAt, answeredAt });
      return outcome;
    };
    try {
      const answer = await request();
      if (answer.status === status) return done('done', String(status));
      const { code } = (answer.body ?? {}) as { code?: string };
      return done(answer.status >= 500 ? 'error' : 'refused', code ?? String(answer.status));
    } catch (error) {
      return done('error', faultOf(error));
    }
  };
  const giveBack = async (bookingId: string, headers: Record<string, string>) => {
    const request = () => api.send('DELETE', `/bookings/${bookingId}`, { headers });
    await send({ what: 'cancel', bookingId }, request, 200);
  };

  return {
    steps,
    react: async ({ outcome, bookingId, quantity }, token) => {
      const headers = { authorization: `Bearer ${token}` };
      if (outcome === 'confirmed' && bookingId && changesOfMind()) {
        const leave = () => giveBack(bookingId, headers);
        regrets += 1;
        if (regrets % 2 === 0) later.push(leave);
        else await leave();
      }
      const missedOut = outcome === 'sold out' || outcome === 'waitlist first';
      if (!waitlist || !missedOut || inLine.has(token)) return;
      inLine.add(token);
      const message = { headers, body: { tierId: 'standard', quantity } };
      const joined = await send({ what: 'join' }, () => api.send('POST', `/events/${eventId}/waitlist`, message), 201);
      // Seats became free meanwhile: the person tries to book once more, and may come back.
      if (joined !== 'done') inLine.delete(token);
    },
    goHome: async () => {
      const work = async () => {
        for (let leave = later.shift(); leave; leave = later.shift()) await leave();
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    },
  };
}
