import { caughtUp, type Report } from '../../../bench/verify/findings.ts';
import type { Seen } from '../history/people.ts';
import type { Aftermath } from '../simulate.ts';
import type { Code } from '../world/code.ts';
import { createRealm } from '../world/realm.ts';
import { environment } from '../world/stage.ts';
import { type Claim, claimsOf } from './answers.ts';
import type { Item } from './commits.ts';
import { deletionsOf, erasureFaults, keptOutFaults, leftOvers, unrefused } from './deletions.ts';
import type { Finding } from './finding.ts';
import { type Moment, momentsOf, stockOf } from './moments.ts';
import { faultsOfCommit, overtakingsOf } from './steps.ts';
import { trailFaults } from './trail.ts';

/** True only when nothing more is under way: what workers bring about, and what waits for them. */
const onlyAtRest: ReadonlySet<string> = new Set([...caughtUp, 'in order', 'who waits']);

/** Judges the table at every moment of a history and at its end, and every answer that a client saw. */
export function judge(code: Code, { seen, commits, accounts, endedAt, stuck }: Aftermath): Finding[] {
  let now = 0;
  const verify = verifier(code, () => now);
  const findings: Finding[] = stuck.map((message) => ({ rule: 'comes to rest', message }));
  const claims = seen.flatMap((one) => claimsOf(one, commits.all));
  let open = claims;
  const free = new Map<string, { at: number; available: number }[]>();
  const deletions = deletionsOf(commits.all);

  for (const moment of momentsOf(commits.all, 0)) {
    now = moment.at;
    open = open.filter((claim) => !isShown(claim, moment));
    if (!moment.commit) continue;
    const where = `commit ${moment.index} of ${moment.commit.origin.name}`;
    const faults = [
      ...faultsOfCommit(moment.commit, moment),
      ...keptOutFaults(moment.commit, moment.index, deletions),
      ...erasureFaults(moment.commit, moment.items),
    ];
    for (const { rule, message } of faults) {
      findings.push({ rule, message: `${where}: ${message}` });
    }
    findings.push(...overtaken(moment, free));
    for (const { rule, message } of verify(moment.items)) {
      if (!onlyAtRest.has(rule)) findings.push({ rule, message: `${where}: ${message}` });
    }
    if (findings.length > 20) return findings;
  }
  now = endedAt;
  const last = [...momentsOf(commits.all, 0)].at(-1);
  if (last) {
    findings.push(...verify(last.items));
    findings.push(...leftOvers(last.items, deletions, accounts), ...trailFaults(last.items, commits.all));
  }
  for (const { rule, about, seen } of open) {
    const { request, answer } = seen;
    const asked = JSON.stringify(request.body ?? request.params);
    findings.push({ rule, message: `${about}: ${request.userId} ${asked} was told ${JSON.stringify(answer?.body)}` });
  }
  findings.push(...unequal(seen), ...unrefused(seen, deletions));
  return findings;
}

/** Runs the ledger of `npm run verify` in the time of the history. */
function verifier(code: Code, now: () => number): (items: ReadonlyMap<string, Item>) => Finding[] {
  const nothing = () => {
    throw new Error('the ledger only looks');
  };
  const realm = createRealm({ env: environment, random: nothing, now, after: nothing, sendToDatabase: nothing });
  const { createLedger } = code('ledger', realm) as {
    createLedger: () => { add(item: Item): void; close(): Report };
  };
  return (items) => {
    const ledger = createLedger();
    for (const [, item] of [...items].sort(([a], [b]) => (a < b ? -1 : 1))) ledger.add(item);
    return ledger.close().findings.map(({ rule, where, message }) => ({ rule, message: `${where}: ${message}` }));
  };
}

function isShown({ from, to, seen, isTrue }: Claim, moment: Moment): boolean {
  if (moment.index < from || moment.index > to) return false;
  // What time alone makes true is true at the latest at the answer; what time makes untrue, at the begin.
  return isTrue(moment, moment.at) || (moment.index === to && isTrue(moment, seen.answeredAt));
}

/** Whoever is promoted stands first among those whom the seats fit that were free at some moment of the run. */
function overtaken(moment: Moment, free: Map<string, { at: number; available: number }[]>): Finding[] {
  const { commit } = moment;
  if (!commit) return [];
  const findings = overtakingsOf(commit, moment).flatMap(({ key, eventId, since, earlier }) => {
    const known = free.get(eventId) ?? [];
    const start = known.findLastIndex(({ at }) => at <= since);
    const least = Math.min(...known.slice(Math.max(0, start)).map(({ available }) => available));
    const skipped = earlier.find(({ quantity }) => quantity <= least);
    return skipped
      ? [{ rule: 'in line', message: `${key} was promoted before ${skipped.seq}, though ${least} seats were free` }]
      : [];
  });
  for (const eventId of new Set(commit.changes.flatMap(({ key }) => /^EVENT#([^#]+)#TIER#/.exec(key)?.[1] ?? []))) {
    free.set(eventId, [
      ...(free.get(eventId) ?? []),
      { at: moment.at, available: stockOf(moment, eventId, moment.at).available },
    ]);
  }
  return findings;
}

/** One key has one answer. */
function unequal(seen: readonly Seen[]): Finding[] {
  const made = seen.filter(({ answer, request }) => answer?.status === 201 && request.headers?.['idempotency-key']);
  const groups = Map.groupBy(
    made,
    ({ request }) => `${request.route} ${request.userId} ${request.headers?.['idempotency-key']}`,
  );
  return [...groups].flatMap(([name, answers]) => {
    const bodies = new Set(answers.map(({ answer }) => JSON.stringify(answer?.body)));
    return bodies.size > 1 ? [{ rule: 'one answer', message: `${name} got ${[...bodies].join(' and ')}` }] : [];
  });
}
