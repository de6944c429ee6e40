import { DatabaseSync } from 'node:sqlite';
import type { Position } from './dynamodb-streams.ts';

/** How far each pipe has got in its stream; survives the stack, however that ends. */
export interface PipePositions {
  /** @returns nothing where the pipe has read another stream so far, such as that of a table since deleted. */
  load(pipe: string, streamArn: string): Position | undefined;
  save(pipe: string, streamArn: string, position: Position): void;
  close(): void;
}

export function openPipePositions(file: string): PipePositions {
  const database = new DatabaseSync(file);
  // A power cut may take the last positions back; what came after them is then sent twice, never lost.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS positions (pipe TEXT PRIMARY KEY, stream TEXT NOT NULL, shard TEXT NOT NULL, sequence TEXT)',
  );
  const select = database.prepare('SELECT shard, sequence FROM positions WHERE pipe = ? AND stream = ?');
  const replace = database.prepare('REPLACE INTO positions (pipe, stream, shard, sequence) VALUES (?, ?, ?, ?)');
  return {
    load: (pipe, streamArn) => {
      const row = select.get(pipe, streamArn);
      return (
        row && { shardId: String(row.shard), sequenceNumber: row.sequence === null ? undefined : String(row.sequence) }
      );
    },
    save: (pipe, streamArn, { shardId, sequenceNumber }) => {
      replace.run(pipe, streamArn, shardId, sequenceNumber ?? null);
    },
    close: () => database.close(),
  };
}
