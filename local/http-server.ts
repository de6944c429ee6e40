import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type GatewayAnswer, gatewayAnswer } from './http-answer.ts';
import { type GatewayRequest, readGatewayRequest } from './http-event.ts';
import { codeOf, StackError } from './stack-error.ts';

/** Quota of API Gateway on the payload of a request. */
const maxBodyBytes = 10 * 1024 * 1024;

export interface HttpServer {
  readonly url: string;
  /** Until it is called, requests wait. */
  handleWith(handle: (request: GatewayRequest) => Promise<GatewayAnswer>): void;
  stop(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port - 0 for any free one.
 * @param onError - told what a handler threw; the client gets a 500.
 * @throws {StackError} where the port is taken.
 */
export async function startHttpServer(port: number, onError: (error: unknown) => void): Promise<HttpServer> {
  const { promise: handler, resolve: handleWith } =
    Promise.withResolvers<(request: GatewayRequest) => Promise<GatewayAnswer>>();

  const respond = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(message);
    const request = readGatewayRequest(message, body ?? nothing);
    const answer = body ? await (await handler)(request) : gatewayAnswer(413, 'Request Entity Too Large');
    send(response, answer, request.requestId);
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
    respond(message, response).catch((error: unknown) => {
      // A client that goes away in the middle is no fault of the stack.
      if (message.destroyed && !message.complete) return;
      onError(error);
      send(response, gatewayAnswer(500, 'Internal Server Error'), '');
    });
  });
  const actualPort = await listen(server, port);
  return {
    url: `http://127.0.0.1:${actualPort}`,
    handleWith,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      const impatience = setTimeout(() => server.closeAllConnections(), 1_000);
      await closed;
      clearTimeout(impatience);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') {
      throw new StackError(`Port ${port} is in use; stop what uses it, or choose another one with PORT=3001.`);
    }
    if (codeOf(error) === 'EACCES')
      throw new StackError(`Port ${port} may not be used; choose one above 1023 with PORT.`);
    throw error;
  }
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('an HTTP server has no port');
  return address.port;
}

const nothing = Buffer.alloc(0);

/** @returns undefined where the body is larger than API Gateway takes. */
function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (!encoding && (length === undefined || length === '0')) return Promise.resolve(nothing);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // The rest is read and thrown away, because a client that is still sending does not see the answer.
      if (bytes > maxBodyBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    message.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    message.on('error', reject);
  });
}

function send(response: ServerResponse, { status, headers, body }: GatewayAnswer, requestId: string): void {
  const hasNoBody = status === 204 || status === 304;
  response.writeHead(status, {
    ...headers,
    ...(!hasNoBody && { 'content-length': Buffer.byteLength(body) }),
    'apigw-requestid': requestId,
  });
  response.end(hasNoBody ? undefined : body);
}
