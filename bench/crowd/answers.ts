import { type Answer, faultOf } from '../support/api.ts';
import { Latencies } from './latencies.ts';

/** What visitors do, with the answers that are right: statuses, and problem codes of a refusal. */
export const actions = {
  'list events': ['200', '304'],
  'popular events': ['200', '304'],
  'read an event': ['200', '304'],
  book: ['201', 'sold-out', 'waitlist-first'],
  hold: ['201', 'sold-out', 'waitlist-first'],
  'confirm a hold': ['200', 'hold-expired'],
  cancel: ['200', 'hold-expired'],
  'join a waitlist': ['201', 'seats-available', 'already-waiting'],
  'own place in line': ['200'],
  'own bookings': ['200'],
} as const satisfies Record<string, readonly string[]>;
export type Action = keyof typeof actions;

export interface ActionReport {
  readonly action: Action;
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many answers of each status or problem code; error codes where there was none. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Counts all answers of all visitors. */
export class Answers {
  private readonly byAction = new Map(
    (Object.keys(actions) as Action[]).map((action) => [
      action,
      { latencies: new Latencies(), answers: new Map<string, number>() },
    ]),
  );
  /** Requests without an answer. */
  lost = 0;
  serverErrors = 0;
  busy = 0;
  /** Answers that are neither right nor a fault of the server, such as a 404 for what is there. */
  unexpected = 0;

  /** Sends a request and counts what comes back. @returns undefined where nothing came */
  async take(action: Action, request: () => Promise<Answer>): Promise<Answer | undefined> {
    const startedAt = performance.now();
    try {
      const answer = await request();
      const word = wordFor(answer);
      this.count(action, word, performance.now() - startedAt);
      if (word === 'busy') this.busy += 1;
      if (answer.status >= 500) this.serverErrors += 1;
      else if (!(actions[action] as readonly string[]).includes(word)) this.unexpected += 1;
      return answer;
    } catch (error) {
      this.lost += 1;
      this.count(action, faultOf(error), performance.now() - startedAt);
      return undefined;
    }
  }

  private count(action: Action, word: string, ms: number): void {
    const entry = this.byAction.get(action);
    if (!entry) throw new RangeError(`No action ${action}`);
    entry.latencies.add(ms);
    entry.answers.set(word, (entry.answers.get(word) ?? 0) + 1);
  }

  report(seconds: number): ActionReport[] {
    return [...this.byAction].map(([action, { latencies, answers }]) => ({
      action,
      count: latencies.count,
      perSecond: latencies.count / seconds,
      p50Ms: latencies.quantile(0.5),
      p95Ms: latencies.quantile(0.95),
      p99Ms: latencies.quantile(0.99),
      maxMs: latencies.maxMs,
      answers: Object.fromEntries([...answers].sort(([, a], [, b]) => b - a)),
    }));
  }
}

function wordFor({ status, body }: Answer): string {
  const { code } = (typeof body === 'object' && body !== null ? body : {}) as { code?: string };
  return code ?? String(status);
}
