import { isSame } from '../../../functions/domain/audit.ts';
import { type Item, integer, keyOf, keyText, kindOf } from '../items.ts';
import { checkInventory, rebuildInventory } from './inventory.ts';
import { type AuditReport, type AuditRule, createAuditJudge } from './report.ts';
import { createTrail, type Rebuilt, subjectOf, type Trail, waitlistSubject } from './trail.ts';

export interface Audit {
  /** Takes one item of the table: an entry of the trail, or what a trail should make. */
  add(item: Item): void;
  /** Rebuilds everything from the trail and compares. */
  close(): AuditReport;
}

/** What the trail leaves out of an item. */
const left = new Set([
  ...['pk', 'sk', 'gsi1pk', 'gsi1sk', 'search', 'changedBy'],
  ...['changeId', 'idempotencyKey', 'joinId'],
]);
const ruleOf: Readonly<Record<string, AuditRule>> = {
  event: 'audited event',
  booking: 'audited booking',
  'waitlist-entry': 'audited waitlist',
};

/** Rebuilds events, bookings, waitlists and inventory from the audit trail; everything of it is held in memory. */
export function createAudit(): Audit {
  const trails = new Map<string, Trail>();
  const stored = new Map<string, Item>();
  const shards = new Map<string, Item>();
  const { report, verdict } = createAuditJudge();

  const addEntry = (entry: Item) => {
    const subject = subjectOf(entry);
    const trail = trails.get(subject) ?? createTrail();
    trails.set(subject, trail);
    trail.add(entry);
    verdict('signed', typeof entry.by === 'string', keyText(keyOf(entry)), () => `nobody says who changed ${subject}`);
  };

  return {
    add(item) {
      const kind = kindOf(item);
      if (kind === 'audit entry') addEntry(item);
      if (kind === 'shard') shards.set(String(item.pk), item);
      if (kind === 'event') stored.set(`event ${String(item.pk).slice('EVENT#'.length)}`, item);
      if (kind === 'booking') stored.set(`booking ${String(item.sk).slice('BOOKING#'.length)}`, item);
      if (kind === 'waitlist entry') {
        const [, eventId = '', , tierId = ''] = String(item.pk).split('#');
        stored.set(waitlistSubject(eventId, tierId, integer(item, 'seq')), item);
      }
    },
    close() {
      const rebuilt = new Map<string, Rebuilt>();
      for (const [subject, trail] of trails) rebuilt.set(subject, trail.rebuild(subject, verdict));
      for (const subject of new Set([...rebuilt.keys(), ...stored.keys()])) {
        const rule = ruleOf[subject.split(' ')[0] ?? ''];
        if (!rule) continue;
        const text = differenceOf(rebuilt.get(subject)?.state, stored.get(subject), rebuilt.has(subject));
        verdict(rule, text === undefined, subject, () => String(text));
      }
      const of = (kind: string) => [...rebuilt].filter(([subject]) => subject.startsWith(kind)).map(([, item]) => item);
      const made = rebuildInventory({ events: of('event '), bookings: of('booking '), waiting: of('waitlist-entry ') });
      checkInventory(made, shards, verdict);
      return report;
    },
  };
}

function differenceOf(state: Item | undefined, item: Item | undefined, hasTrail: boolean): string | undefined {
  if (!hasTrail) return 'it has no trail';
  if (!state || !item) return state === item ? undefined : `it is ${item ? '' : 'not '}in the table`;
  const names = new Set([...Object.keys(state), ...Object.keys(item).filter((name) => !left.has(name))]);
  const differs = [...names].filter((name) => !isSame(state[name], item[name]));
  if (differs.length === 0) return undefined;
  return differs
    .map((name) => `${name} is ${JSON.stringify(item[name])}, its trail makes ${JSON.stringify(state[name])}`)
    .join('; ');
}
