import { tableText } from '../../bench/support/table.ts';
import type { Aftermath } from './simulate.ts';

/** How often each thing happened, over all histories: what never happened was not tested. */
export type Totals = Record<string, number>;

export function addCounts(totals: Totals, { seen, counts, commits, trace }: Aftermath): void {
  const add = (name: string, times = 1) => {
    totals[name] = (totals[name] ?? 0) + times;
  };
  for (const { request, answer } of seen)
    add(`${request.route} ${answer ? (answer.body.code ?? answer.status) : 'no answer'}`);
  for (const { conflicts, throttles, lost, errorsBefore, errorsAfter, inProgress } of Object.values(counts)) {
    for (const [name, times] of Object.entries({ conflicts, throttles, lost, errorsBefore, errorsAfter, inProgress })) {
      add(`fault ${name}`, times);
    }
  }
  add('fault killed', trace.filter((line) => line.endsWith(' killed')).length);
  add('fault timed out', trace.filter((line) => line.endsWith(' timed out')).length);
  add('fault user pool', trace.filter((line) => / (?:Admin\w+|GetUser) (?!200)/.test(line)).length);
  add('message comes again', trace.filter((line) => line.endsWith(' come again')).length);
  add('commits', commits.count());
  for (const { changes } of commits.all) {
    for (const { before, after } of changes) {
      if (after?.sk === 'DELETION#RUN') add('deletion handed over');
      if (after?.doneAt !== undefined && before?.doneAt === undefined) add('deletion done');
      if (after?.buyerErasedAt !== undefined && before?.buyerErasedAt === undefined)
        add(`buyer erased, ${after.status}`);
      if (after?.status === undefined || before?.status === after.status) continue;
      add(`${String(after.sk).replace(/#.*/, '')} ${before?.status ?? ''} > ${after.status}`);
    }
  }
}

export function addTotals(totals: Totals, more: Totals): void {
  for (const [name, times] of Object.entries(more)) totals[name] = (totals[name] ?? 0) + times;
}

export const totalsText = (totals: Totals): string =>
  tableText(
    ['what happened', 'times'],
    Object.entries(totals).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
