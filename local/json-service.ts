import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What an operation is asked, as JSON; who asks was looked at before. */
export type Input = Readonly<Record<string, unknown>>;
export type Operations = Readonly<Record<string, (input: Input) => object | Promise<object>>>;

/** A service of AWS that speaks JSON, as functions reach it through a gate. */
export interface JsonService {
  readonly endpoint: string;
  /** Operations by the header X-Amz-Target. Until it is called, requests wait. */
  serve(operations: Operations): void;
  stop(): Promise<void>;
}

/** A refusal, by the name that AWS has for it. */
export class ServiceError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function startJsonService(): Promise<JsonService> {
  const { promise: operations, resolve: serve } = Promise.withResolvers<Operations>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request, operations).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, error instanceof ServiceError ? 400 : 500, fault(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a service has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    serve,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, operations: Promise<Operations>): Promise<object> {
  const body = await buffer(request);
  const name = String(request.headers['x-amz-target']);
  const { [name]: operation } = await operations;
  if (!operation) throw new ServiceError('UnknownOperationException', `the local stack does not know ${name}`);
  return operation(JSON.parse(body.toString()) as Input);
}

function fault(error: unknown): object {
  const isKnown = error instanceof ServiceError;
  return { __type: isKnown ? error.name : 'InternalServerError', message: String((error as Error).message) };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
