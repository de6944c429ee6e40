import { closeSync, fstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isEmf, readEmf } from './emf.ts';
import type { GatewayAnswer } from './http-answer.ts';
import type { HttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';

const path = '/local/metrics';
const chunkBytes = 1024 * 1024;

export interface MetricsPageOptions {
  /** What all functions of the stack print. */
  readonly logFile: string;
  /** Told what CloudWatch would not take. */
  readonly log: (line: string) => void;
}

/**
 * The same server with `GET /local/metrics` in front of the API: the metrics from this call on, for Prometheus. They are
 * read from the log when they are asked for, as CloudWatch reads them on AWS, so that functions have one way to tell them.
 */
export function withMetricsPage(server: HttpServer, options: MetricsPageOptions): HttpServer {
  const metrics = createMetrics();
  const readNew = newLines(options);
  let reading = Promise.resolve();

  const answer = async (): Promise<GatewayAnswer> => {
    for await (const line of readNew()) {
      if (!isEmf(line)) continue;
      try {
        for (const datum of readEmf(line)) metrics.add(datum);
      } catch (error) {
        options.log(`metrics that CloudWatch would not take: ${String(error)}: ${line}`);
      }
    }
    return { status: 200, headers: { 'content-type': metrics.contentType }, body: await metrics.text() };
  };

  const answerInTurn = (): Promise<GatewayAnswer> => {
    // One reader at a time, so that no line is counted twice.
    const answered = reading.then(answer);
    reading = answered.then(
      () => undefined,
      () => undefined,
    );
    return answered;
  };
  return {
    ...server,
    handleWith: (handle) =>
      server.handleWith((request) =>
        request.method === 'GET' && request.path === path ? answerInTurn() : handle(request),
      ),
  };
}

/** Yields the whole lines that a file has got since the last call. */
function newLines({ logFile }: MetricsPageOptions): () => AsyncGenerator<string> {
  let position = sizeOf(logFile);
  return async function* () {
    await using file = await open(logFile, 'r');
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
      const end = buffer.lastIndexOf('\n', bytesRead - 1);
      if (bytesRead === 0 || end < 0 || end >= bytesRead) return;
      position += end + 1;
      yield* buffer.toString('utf8', 0, end).split('\n');
    }
  };
}

function sizeOf(file: string): number {
  const descriptor = openSync(file, 'a');
  const { size } = fstatSync(descriptor);
  closeSync(descriptor);
  return size;
}
