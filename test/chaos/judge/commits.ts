import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from '../../../local/dynamodb-streams.ts';
import type { Origin } from '../world/functions.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface Change {
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Of the change in the stream, from 1 on. */
  readonly sequence: number;
}

/** What one write or transaction changed. */
export interface Commit {
  readonly at: number;
  readonly origin: Origin;
  readonly changes: readonly Change[];
}

/** Everything that was ever written, in its order: the table at every moment. */
export interface Commits {
  readonly all: readonly Commit[];
  count(): number;
  /** @returns the records as the stream gives them to pipes */
  add(records: readonly StreamRecord[], origin: Origin): StreamRecord[];
}

export function createCommits(now: () => number): Commits {
  const all: Commit[] = [];
  let numbered = 0;
  return {
    all,
    count: () => all.length,
    add: (records, origin) => {
      const first = numbered + 1;
      all.push({ at: now(), origin, changes: records.map((record, n) => changeOf(record, first + n)) });
      return records.map((record) => {
        numbered += 1;
        const SequenceNumber = String(numbered).padStart(21, '0');
        // The database's own numbers and times are those of the machine.
        const times = { ApproximateCreationDateTime: Math.floor(now() / 1_000), SequenceNumber };
        return { ...record, eventID: `record-${numbered}`, dynamodb: { ...record.dynamodb, ...times } };
      });
    },
  };
}

function changeOf({ dynamodb: { Keys, OldImage, NewImage } }: StreamRecord, sequence: number): Change {
  const item = (image: unknown) => image && unmarshall(image as Record<string, AttributeValue>);
  const { pk, sk } = item(Keys) as { pk: string; sk: string };
  return {
    key: `${pk} / ${sk}`,
    before: item(OldImage) as Item | undefined,
    after: item(NewImage) as Item | undefined,
    sequence,
  };
}
