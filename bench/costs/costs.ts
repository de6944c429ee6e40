import { print, tableText } from '../support/table.ts';
import { attachMeter, type Call } from './meter.ts';
import type { Scenario, Target } from './scenarios.ts';

export interface Cost {
  operation: string;
  /** Commands in the order in which they were sent. */
  calls: string[];
  writeUnits: number;
  readUnits: number;
  /** What the embedded database reported, where it differs from the rules that AWS documents. */
  reported?: { writeUnits: number; readUnits: number };
  target?: Target;
  withinTarget: boolean;
}

/**
 * Counts calls and consumed units of the real handlers, in this process, on the table that the environment names. It
 * has to be set before: the handlers read it when they are imported.
 */
export async function measureCosts(): Promise<Cost[]> {
  const { client } = await import('../../functions/store/client.ts');
  const { scenarios } = await import('./scenarios.ts');
  const meter = attachMeter(client);
  const costs: Cost[] = [];
  for (const scenario of scenarios) {
    const act = await scenario.arrange();
    meter.take();
    const { status, body } = await act();
    if (status !== scenario.status) {
      throw new Error(`${scenario.name} was answered with ${status}: ${JSON.stringify(body)}`);
    }
    costs.push(costOf(scenario, meter.take()));
  }
  return costs;
}

function costOf({ name, target }: Scenario, calls: readonly Call[]): Cost {
  const sum = (value: (call: Call) => number) => calls.reduce((total, call) => total + value(call), 0);
  const writeUnits = sum((call) => call.documentedWrites);
  const readUnits = sum((call) => call.documentedReads);
  const reported = { writeUnits: sum((call) => call.reportedWrites), readUnits: sum((call) => call.reportedReads) };
  const differs = reported.writeUnits !== writeUnits || reported.readUnits !== readUnits;
  const most = Math.max(writeUnits, reported.writeUnits);
  return {
    operation: name,
    calls: calls.map(({ command }) => command),
    writeUnits,
    readUnits,
    ...(differs && { reported }),
    ...(target && { target }),
    withinTarget: calls.length <= (target?.calls ?? calls.length) && most <= (target?.writes ?? most),
  };
}

export function printCosts(costs: readonly Cost[]): void {
  print('\nCosts of an operation: calls to DynamoDB and consumed units by the documented rules');
  const rows = costs.map(({ operation, calls, writeUnits, readUnits, reported, target, withinTarget }) => [
    operation,
    calls.length,
    writeUnits,
    readUnits,
    reported ? `${reported.writeUnits} / ${reported.readUnits}` : 'the same',
    target ? `${targetText(target)}: ${withinTarget ? 'met' : 'MISSED'}` : '',
  ]);
  print(tableText(['operation', 'calls', 'write', 'read', 'reported w / r', 'target'], rows));
}

function targetText({ calls, writes }: Target): string {
  const parts = [calls !== undefined && `${calls} calls`, writes !== undefined && `${writes} writes`];
  return parts.filter(Boolean).join(', ');
}
