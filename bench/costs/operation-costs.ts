import { contract, type OperationId } from '../../functions/api/contract.ts';
import { functionSpecs } from '../../lib/functions.ts';
import type { Sample } from './arrange.ts';
import { fakeServices } from './fake-services.ts';
import { attachMeter, type Call } from './meter.ts';
import { assumedMs, dollarsOf } from './prices.ts';

export interface OperationCost {
  readonly operationId: OperationId;
  readonly when: string;
  /** Commands to DynamoDB, in the order in which they were sent. */
  readonly calls: readonly string[];
  /** Calls to the user pool and the queues. */
  readonly otherCalls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** $ for a million requests: gateway, function and table. */
  readonly dollarsPerMillion: number;
}

/** Measures every operation of the contract, on the table that the environment names. */
export async function measureOperations(): Promise<OperationCost[]> {
  const { client } = await import('../../functions/store/client.ts');
  const { identity } = await import('../../functions/shared/identity-client.ts');
  const { queues } = await import('../../functions/shared/queues.ts');
  const { file, knownUserId } = await import('./arrange.ts');
  const { samples } = await import('./operations.ts');
  const services = fakeServices({ identity, queues }, knownUserId);
  const meter = attachMeter(client);
  const costs: OperationCost[] = [];
  for (const [operationId, sample] of Object.entries(samples) as [OperationId, Sample | typeof file][]) {
    if (sample === file) {
      costs.push(costOf(operationId, file, [], 0));
      continue;
    }
    const act = await sample.arrange();
    meter.take();
    services.take();
    const { status, body } = await act();
    if (status !== sample.status)
      throw new Error(`${operationId} was answered with ${status}: ${JSON.stringify(body)}`);
    costs.push(costOf(operationId, sample.when, meter.take(), services.take()));
  }
  return costs;
}

function costOf(operationId: OperationId, when: string, calls: readonly Call[], otherCalls: number): OperationCost {
  const writeUnits = calls.reduce((sum, call) => sum + call.documentedWrites, 0);
  const readUnits = calls.reduce((sum, call) => sum + call.documentedReads, 0);
  const writes = calls.filter((call) => call.documentedWrites > 0).length;
  const { handler, read, write, otherService } = assumedMs;
  const ms = handler + writes * write + (calls.length - writes) * read + otherCalls * otherService;
  const { memoryMb } = functionSpecs[contract[operationId].group];
  const dollars = dollarsOf({
    writeUnits,
    readUnits,
    gatewayRequests: 1,
    lambdaRequests: 1,
    lambdaGbSeconds: ((memoryMb / 1_024) * ms) / 1_000,
  });
  const commands = calls.map(({ command }) => command);
  return { operationId, when, calls: commands, otherCalls, writeUnits, readUnits, dollarsPerMillion: dollars * 1e6 };
}
