import { setTimeout as wait } from 'node:timers/promises';
import { type Position, type Shard, type StreamRecord, type TableStream, TrimmedError } from './dynamodb-streams.ts';
import type { Pace } from './load.ts';

/** Somebody who is given all records of a stream in order. */
export interface Consumer {
  /** The last record that is done with; undefined before the first. */
  position(): Position | undefined;
  /** Takes what comes after `position` and leaves out the rest. What it has not taken when it rejects comes again. */
  take(records: readonly StreamRecord[], shardId: string): Promise<void>;
}

export interface StreamReaderOptions {
  readonly stream: TableStream;
  readonly consumers: readonly Consumer[];
  readonly pace: Pick<Pace, 'isUnderPressure'>;
  readonly log: (line: string) => void;
}

export interface StreamReader {
  /** Ends when every consumer is done with what it was given. */
  stop(): Promise<void>;
}

/** How often a stream is asked whether it has changed, which costs next to nothing. */
const watchMs = 20;
/** How often a stream is read that cannot tell. */
const pollMs = 100;
/** Many records at a time cost much less than a few. */
const pauseUnderPressureMs = 250;
const pauseAfterErrorMs = 1_000;

interface Cursor {
  readonly shardId: string;
  readonly iterator: string;
}

/** Reads the stream of a table once for all consumers, each from its own position on. */
export function startStreamReader({ stream, consumers, pace, log }: StreamReaderOptions): StreamReader {
  const stopping = new AbortController();
  const { signal } = stopping;
  let cursor: Cursor | undefined;
  let isRetry = false;

  const readAll = async () => {
    cursor ??= await startCursor(stream, consumers, log);
    while (cursor && !signal.aborted) {
      const { shardId, iterator }: Cursor = cursor;
      const page = await stream.read(iterator);
      const outcomes = await Promise.allSettled(consumers.map((consumer) => consumer.take(page.records, shardId)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (page.next) {
        cursor = { shardId, iterator: page.next };
        if (!page.isFull) return;
      } else {
        const child = childOf(await stream.shards(), shardId);
        // A closed shard without a child is asked again, at its end.
        if (!child) return;
        cursor = { shardId: child.ShardId, iterator: await stream.iteratorAt({ shardId: child.ShardId }) };
      }
    }
  };

  const run = async () => {
    while (!signal.aborted) {
      let pause = stream.hasChanged ? watchMs : pollMs;
      try {
        // Asked before reading, so that what is committed during it is not missed.
        const isNew = stream.hasChanged?.() ?? true;
        if (isNew || isRetry) await readAll();
        isRetry = false;
        if (pace.isUnderPressure()) pause = pauseUnderPressureMs;
      } catch (error) {
        // An iterator may be too old, and a consumer may not have taken everything.
        cursor = undefined;
        // With another iterator there is nothing wrong, unless the first one was such a second one.
        const isStale = error instanceof TrimmedError && !isRetry;
        isRetry = true;
        if (isStale) continue;
        log(`The stream ${stream.streamArn} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        pause = pauseAfterErrorMs;
      }
      await wait(pause, undefined, { signal }).catch(ignoreAbort);
    }
  };
  const ended = run();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
      stream.close();
    },
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

/** Starts where the consumer is that has the most to catch up. */
async function startCursor(
  stream: TableStream,
  consumers: readonly Consumer[],
  log: (line: string) => void,
): Promise<Cursor | undefined> {
  const shards = await stream.shards();
  const oldest = shards.find(({ ParentShardId: parent }) => !shards.some(({ ShardId }) => ShardId === parent));
  if (!oldest) return undefined;
  const positions = consumers.map((consumer) => consumer.position());
  const start = positions
    .map((position) => (shards.some(({ ShardId }) => ShardId === position?.shardId) ? position : undefined))
    .map((position): Position => position ?? { shardId: oldest.ShardId })
    .reduce((least, other) => (isAfter(least, other) ? other : least));
  const { shardId } = start;
  try {
    return { shardId, iterator: await stream.iteratorAt(start) };
  } catch (error) {
    if (!(error instanceof TrimmedError)) throw error;
    log(`The stream ${stream.streamArn} does not go back to where it was read last: changes may be missing.`);
    return { shardId, iterator: await stream.iteratorAt({ shardId }) };
  }
}

function childOf(shards: readonly Shard[], shardId: string): Shard | undefined {
  const children = shards.filter(({ ParentShardId: parent }) => parent === shardId);
  if (children.length > 1) throw new Error(`it has several shards at a time, and only one can be read here`);
  return children[0];
}

/** Whether a place comes after another; the numbers rise through all shards of a stream. */
export function isAfter(place: Position, other: Position): boolean {
  return BigInt(place.sequenceNumber ?? -1) > BigInt(other.sequenceNumber ?? -1);
}
