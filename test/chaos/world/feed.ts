import { type Worker, workerSpecs } from '../../../lib/workers.ts';
import type { StreamRecord } from '../../../local/dynamodb-streams.ts';
import { compilePattern } from '../../../local/event-pattern.ts';

/** How changes of the table reach the queue of a worker. The one place of the histories that knows it. */
export interface Feed {
  lets(record: StreamRecord): boolean;
  /** The message group; undefined for a queue without order. */
  groupOf(record: StreamRecord): string | undefined;
  readonly isFifo: boolean;
}

export function feedOf(worker: Worker): Feed {
  const { changes, groupBy } = workerSpecs[worker];
  const filters = changes.map((change) => compilePattern(JSON.stringify(change), worker));
  return {
    lets: (record) => filters.some((matches) => matches(record)),
    groupOf: (record) => (groupBy === undefined ? undefined : valueAt(record, groupBy)),
    isFifo: groupBy !== undefined,
  };
}

/** @param path such as `$.dynamodb.NewImage.tierKey.S` */
function valueAt(record: StreamRecord, path: string): string {
  let value: unknown = record;
  for (const name of path.split('.').slice(1)) value = (value as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string') throw new Error(`a record has nothing at ${path}`);
  return value;
}
