import type { Key } from '../../functions/store/keys.ts';
import { keyText } from './items.ts';

/** What a table is checked for; the invariants are those of docs/data-model.md. */
export const rules = {
  'shard balance': 'available + held + sold = capacity, none below 0',
  'shard totals': 'its counters are those of the bookings that drew from it',
  'tier totals': 'the counters of its shards add up to its bookings',
  'tier capacity': 'its shards together have what the event promises',
  'shard count': 'a tier has shards 0 to n - 1, n as the event says',
  'shard rules': 'every shard has the sale rules of its event',
  'who waits': 'shards keep their seats for those in line while there are any',
  'waitlist count': 'a waitlist counts the entries that wait',
  'waitlist line': 'every entry that waits stands in line, and nobody else',
  'waitlist entry': 'key, status and booking follow from it',
  'waitlist place': 'every entry that waits is the place of a person',
  promotions: 'every promoted entry has a booking',
  'in order': 'nobody waits for seats that are free',
  'booking whole': 'key, index entry, total and draws follow from it',
  'one per key': 'a key makes one booking, and its record names that one',
  'purchase count': 'it is the sum of the bookings and holds that count',
  ownership: 'every event has one owner, every owner its event',
  'listed event': 'in the index of published events while it is published',
  'no orphans': 'shards and bookings have a tier and an event',
  notification: 'key, reader and kind follow from it',
  'unread count': 'it is the number of unread notifications',
  told: 'every step of a booking stands in the list of its buyer',
  'deleted person': 'nothing leads to a person who is deleted, and nothing to come is theirs',
  'cancelled event': 'nothing of it is sold or held, and nobody waits',
  'event statistics': 'totals, tiers and days are a fold over the bookings of the event',
  'platform statistics': 'totals and days are a fold over all bookings, capacity is what is on sale',
  'popular event': 'in the index by what it sold, while it sold something',
  'seen shard': 'statistics have seen the last version of every shard',
} as const;
export type Rule = keyof typeof rules;
/** What is only true once the queues are empty. */
export const caughtUp: ReadonlySet<Rule> = new Set([
  'told',
  'cancelled event',
  'event statistics',
  'platform statistics',
  'popular event',
  'seen shard',
] satisfies Rule[]);

/** Whose items have to be read again to see whether a finding still holds. */
export type Subject = { kind: 'event'; eventId: string } | { kind: 'person'; pk: string } | { kind: 'statistics' };

export interface Finding {
  rule: Rule;
  /** The item, or the tier, that breaks the rule. */
  where: string;
  message: string;
  subject: Subject;
  /** Items concerned beside those that follow from the subject. */
  keys: Key[];
}

export interface Report {
  /** How often each rule was applied. A rule that was never applied has shown nothing. */
  checked: Record<Rule, number>;
  findings: Finding[];
  /** Findings beyond those that are kept. */
  omitted: number;
}

/** So that a table which is broken everywhere does not fill the memory. */
const maxFindings = 1_000;

/** Collects what is checked about one subject after another. */
export interface Judge {
  report: Report;
  about(subject: Subject): Verdicts;
}
/** Notes that a rule was applied to an item, and a finding where it does not hold. */
export type Verdicts = (rule: Rule, holds: boolean, where: Key | string, message: () => string) => void;

export function createJudge(): Judge {
  const checked = Object.fromEntries(Object.keys(rules).map((rule) => [rule, 0])) as Record<Rule, number>;
  const report: Report = { checked, findings: [], omitted: 0 };
  const about =
    (subject: Subject): Verdicts =>
    (rule, holds, where, message) => {
      checked[rule] += 1;
      if (holds) return;
      if (report.findings.length >= maxFindings) {
        report.omitted += 1;
        return;
      }
      const isKey = typeof where === 'object';
      report.findings.push({
        rule,
        where: isKey ? keyText(where) : where,
        message: message(),
        subject,
        keys: isKey ? [where] : [],
      });
    };
  return { report, about };
}
