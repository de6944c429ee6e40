import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { realClock } from './clocks.ts';
import { createFaultyDynamoDb } from './faulty-dynamodb.ts';
import { createHttpForward, passedOn } from './http-forward.ts';
import { isObject } from './json.ts';
import { isData } from './plan.ts';
import { type Clock, type Faults, type FaultyDynamoDb, type KeySchema, lost, type Random } from './types.ts';

interface Settings {
  /** The database behind, as `http://127.0.0.1:8000`. */
  readonly endpoint: string;
  readonly random: Random;
  /** @default realClock */
  readonly clock?: Clock;
  readonly faults?: Partial<Faults>;
  readonly schema?: KeySchema;
}

export interface FaultyProxy extends Omit<FaultyDynamoDb, 'handle'> {
  /** For AWS_ENDPOINT_URL_DYNAMODB, or a client's `endpoint`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const target = /^DynamoDB_20120810\.(\w+)$/;

/**
 * A faulty DynamoDB for clients that speak HTTP. Requests that are not about items (tables, streams) pass unchanged.
 */
export async function startFaultyProxy({ endpoint, clock = realClock, ...settings }: Settings): Promise<FaultyProxy> {
  const { pool, forward, close } = createHttpForward(endpoint);
  const { handle, ...engine } = createFaultyDynamoDb({ forward, clock, ...settings });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const operation = target.exec(String(request.headers['x-amz-target']))?.[1];
    const body: unknown = operation && isData(operation) ? parsed(text) : undefined;
    // What is no JSON object is left for the database to refuse.
    if (!operation || !isObject(body)) return pass(request, text, response);
    const result = await handle({ operation, body, headers: passedOn(request.headers) });
    if (result === lost) {
      request.socket.destroy();
      return;
    }
    const json = Buffer.from(JSON.stringify(result.body));
    response.writeHead(result.status, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': json.byteLength,
      'x-amzn-requestid': randomUUID(),
    });
    response.end(json);
  }

  async function pass(request: IncomingMessage, text: Buffer, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const passed = await pool.request({ method, path: url, headers: passedOn(request.headers), body: text });
    const bytes = Buffer.from(await passed.body.arrayBuffer());
    response.writeHead(passed.statusCode, { ...passedOn(passed.headers), 'content-length': bytes.byteLength });
    response.end(bytes);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(`The database behind the proxy fails: ${String(error)}`);
    });
  });
  // Longer than a client keeps an idle connection: whoever closes first must not be the server.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new TypeError('The proxy listens at no port');
  return {
    ...engine,
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
