import { DatabaseSync } from 'node:sqlite';
import type { StreamRecord, TableStream } from './dynamodb-streams.ts';

export interface FileStreamOptions {
  /** The database of dynoxide. */
  readonly file: string;
  readonly tableName: string;
  readonly viewType: string;
}

/** Few enough that parsing them does not keep the queues waiting. */
const pageSize = 200;

/**
 * A stream of dynoxide, read from its database file: through its API a record costs seven times as much time of the
 * processor, half of it in the process that has to write the next booking meanwhile. Readers do not block writers.
 *
 * @param stream - the same stream, read through the API.
 */
export function fileStream(stream: TableStream, { file, tableName, viewType }: FileStreamOptions): TableStream {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  const version = database.prepare('PRAGMA data_version');
  // Served by the index that `dynoxide.ts` makes.
  const page = database.prepare(
    `SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at FROM _stream_records
      WHERE table_name = ? AND CAST(sequence_number AS INTEGER) > ?
      ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?`,
  );
  let lastVersion: unknown;
  return {
    ...stream,
    // SQLite counts the commits of other connections. To ask for the count takes microseconds.
    hasChanged: () => {
      const before = lastVersion;
      lastVersion = version.get()?.data_version;
      return lastVersion !== before;
    },
    // All records of a table are in one shard that never ends.
    iteratorAt: async ({ sequenceNumber = '0' }, from) =>
      from === 'AT_SEQUENCE_NUMBER' ? String(Number(sequenceNumber) - 1) : sequenceNumber,
    read: async (iterator, limit = pageSize) => {
      const rows = page.all(tableName, Number(iterator), limit) as unknown as Row[];
      return {
        records: rows.map((row) => stream.complete(recordOf(row, viewType))),
        isFull: rows.length === limit,
        next: rows.at(-1)?.sequence_number ?? iterator,
      };
    },
    close: () => database.close(),
  };
}

interface Row {
  readonly event_name: StreamRecord['eventName'];
  readonly keys_json: string;
  readonly new_image: string | null;
  readonly old_image: string | null;
  readonly sequence_number: string;
  /** Epoch seconds. */
  readonly created_at: number;
}

function recordOf(row: Row, viewType: string): StreamRecord {
  const { keys_json: keys, new_image: newImage, old_image: oldImage } = row;
  const texts = [keys, newImage ?? '', oldImage ?? ''];
  return {
    eventID: row.sequence_number,
    eventName: row.event_name,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      ApproximateCreationDateTime: row.created_at,
      Keys: JSON.parse(keys),
      ...(newImage && { NewImage: JSON.parse(newImage) }),
      ...(oldImage && { OldImage: JSON.parse(oldImage) }),
      SequenceNumber: row.sequence_number,
      SizeBytes: Buffer.byteLength(texts.join('')),
      StreamViewType: viewType,
    },
  };
}
