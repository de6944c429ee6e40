import { print, tableText } from '../support/table.ts';
import type { CrowdReport } from './crowd.ts';
import { isFlat } from './memory.ts';

const mostFindings = 20;

export function printCrowd(report: CrowdReport): void {
  const { clients, minutes, requests, perSecond, actions, memory, settledSeconds, findings } = report;
  print(`\n${clients} clients for ${minutes} min: ${requests} requests, ${perSecond.toFixed(0)} a second`);
  const ms = (time: number) => time.toFixed(0);
  print(
    tableText(
      ['', 'count', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'answers'],
      actions.map(({ action, count, p50Ms, p95Ms, p99Ms, maxMs, answers }) => [
        action,
        count,
        ...[p50Ms, p95Ms, p99Ms, maxMs].map(ms),
        Object.entries(answers)
          .map(([word, times]) => `${word} ${times}`)
          .join(', '),
      ]),
    ),
  );
  print(
    tableText(
      ['memory, MB', '2nd quarter', 'last quarter', 'peak', 'a minute'],
      memory.map(({ name, secondQuarter, lastQuarter, peak, slopePerMinute }) => [
        name,
        ...[secondQuarter, lastQuarter, peak].map(ms),
        slopePerMinute.toFixed(1),
      ]),
    ),
  );
  if (settledSeconds !== undefined)
    print(`The workers were done ${settledSeconds.toFixed(0)} s after the last visitor.`);
  for (const finding of findings.slice(0, mostFindings)) print(finding);
  const faults = faultsOf(report);
  print(faults.length === 0 ? 'Check passed: no fault, no drop, flat memory, every invariant holds.' : '');
  for (const fault of faults) print(`Check FAILED: ${fault}.`);
}

/** What must not be; empty where all is well. */
export function faultsOf(report: CrowdReport): string[] {
  const { serverErrors, busy, lostAnswers, droppedConnections, unexpectedAnswers, memory, settledSeconds, findings } =
    report;
  const faults = [
    serverErrors > 0 && `${serverErrors} answers of 5xx, ${busy} of them busy`,
    lostAnswers > 0 && `${lostAnswers} requests without an answer`,
    droppedConnections > 0 && `${droppedConnections} connections dropped`,
    unexpectedAnswers > 0 && `${unexpectedAnswers} answers that the API does not give here`,
    settledSeconds === undefined && 'the workers were not done in time',
    findings.length > 0 && `${findings.length} invariants are broken in the table`,
    ...memory.map((line) => {
      const text = `${line.name} has grown from ${line.secondQuarter.toFixed(0)} to ${line.lastQuarter.toFixed(0)} MB`;
      return !isFlat(line) && text;
    }),
  ];
  return faults.filter((fault) => fault !== false);
}
