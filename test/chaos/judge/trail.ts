import { createAudit } from '../../../bench/verify/audit/audit.ts';
import { administratorArn, organizer } from '../history/people.ts';
import type { Change, Commit, Item } from './commits.ts';
import type { Finding } from './finding.ts';

const audited = /^(?:EVENT#[^#]+ \/ EVENT|EVENT#.+ \/ WAITLIST#.+|USER#[^ ]+ \/ (?:BOOKING#.+|ROLES|DELETION))$/;

/**
 * Judges the audit trail of a history at rest: it makes the table, as `npm run verify -- --audit` rebuilds it, and every
 * change that was ever committed has one entry, in the name of who made it.
 */
export function trailFaults(items: ReadonlyMap<string, Item>, commits: readonly Commit[]): Finding[] {
  const audit = createAudit();
  for (const item of items.values()) audit.add({ ...item });
  const findings: Finding[] = audit.close().findings.map(({ rule, where, message }) => ({
    rule,
    message: `${where}: ${message}`,
  }));
  const entries = Map.groupBy(
    [...items].flatMap(([key, item]) => (key.startsWith('AUDIT#') ? [item] : [])),
    ({ sk }) => Number(String(sk).split('#')[1]),
  );
  for (const commit of commits) {
    for (const change of commit.changes.filter(({ key }) => audited.test(key))) {
      const [entry, ...more] = entries.get(change.sequence) ?? [];
      const tell = (rule: string, text: string) => findings.push({ rule, message: `${change.key}: ${text}` });
      if (!entry || more.length > 0)
        tell('every change', `change ${change.sequence} has ${entry ? 'two' : 'no'} entries`);
      else if (!signersOf(commit, change).includes(String(entry.by))) {
        tell('signed', `${entry.by} is said to have made what ${commit.origin.name} did`);
      }
    }
  }
  return findings;
}

/** Whom a change may name: who asked for it, or time, where a hold is over. */
function signersOf({ origin }: Commit, { after, before }: Change): string[] {
  const part = origin.name.replace(/-\d+$/, '');
  const ofRequests: Readonly<Record<string, string>> = {
    booking: `user:${(after ?? before)?.userId}`,
    account: `user:${(after ?? before)?.userId}`,
    organizer: `organizer:${organizer}`,
    admin: `principal:${administratorArn}`,
  };
  return [ofRequests[part] ?? `worker:${part}`, ...(after?.status === 'EXPIRED' ? ['system:hold-expiry'] : [])];
}
