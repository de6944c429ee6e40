import { isSame } from '../../../functions/domain/audit.ts';
import { type Item, integer } from '../items.ts';
import type { AuditVerdicts } from './report.ts';

/** One entry of the trail, as far as a rebuilding needs it. */
interface Step {
  at: string;
  sequence: string;
  change: unknown;
  before: Item;
  after: Item;
}

/** One item as its trail tells it. */
export interface Rebuilt {
  /** The item as it should stand; undefined where it was removed. */
  state: Item | undefined;
  /** Each state that it had, the first one first. */
  states: readonly Item[];
}

/** The entries of one item, in any order. */
export interface Trail {
  add(entry: Item): void;
  rebuild(where: string, verdict: AuditVerdicts): Rebuilt;
}

export function createTrail(): Trail {
  const steps: Step[] = [];
  return {
    add(entry) {
      const [at = '', sequence = ''] = String(entry.sk).split('#');
      steps.push({ at, sequence, change: entry.change, before: itemOf(entry.before), after: itemOf(entry.after) });
    },
    rebuild(where, verdict) {
      steps.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
      const states: Item[] = [];
      let state: Item | undefined;
      for (const step of steps) {
        const broken = breakOf(step, state);
        verdict('chain', broken === undefined, where, () => `${step.at}: ${broken}`);
        state = step.change === 'removed' ? undefined : applied(step, state ?? {});
        if (state) states.push(state);
      }
      return { state, states };
    },
  };
}

const itemOf = (value: unknown): Item => (typeof value === 'object' && value !== null ? (value as Item) : {});

/** How a step does not begin where the one before it ended; undefined where it does. */
function breakOf({ change, before, after }: Step, state: Item | undefined): string | undefined {
  if (change === 'created') return state ? 'it is created a second time' : undefined;
  if (!state) return 'the entry before is missing';
  const names = new Set([...Object.keys(before), ...(change === 'removed' ? Object.keys(state) : Object.keys(after))]);
  const differs = [...names].filter((name) => !isSame(state[name], before[name]));
  if (differs.length === 0) return undefined;
  return `it begins with another ${differs.join(', ')} than the entry before ended with`;
}

function applied({ before, after }: Step, state: Item): Item {
  const kept = Object.entries(state).filter(([name]) => !(name in before));
  return { ...Object.fromEntries(kept), ...after };
}

/** Which item of the table an entry is about. */
export function subjectOf(entry: Item): string {
  const { kind, entity, tierId } = entry;
  if (kind === 'waitlist-entry') return waitlistSubject(String(entity), String(tierId), integer(entry, 'seq'));
  return `${kind} ${entity}`;
}
export const waitlistSubject = (eventId: string, tierId: string, seq: number): string =>
  `waitlist-entry ${eventId} ${tierId} ${seq}`;
