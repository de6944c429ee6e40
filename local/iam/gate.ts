import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { type RawRequest, readRequest, writeAnswer } from './http-message.ts';
import type { Refusal } from './services.ts';

/** Stands in front of a service: what may pass goes on as it came. */
export interface Gate {
  readonly url: string;
  /** Lets requests through, where `check` has no other answer for them. Until then they wait. */
  open(upstream: string, check: (request: RawRequest) => Refusal | undefined): void;
  stop(): Promise<void>;
}

interface Way {
  readonly connect: () => Socket;
  readonly check: (request: RawRequest) => Refusal | undefined;
}

/**
 * Listens on a free port. Each connection has one of its own to the service, whose answers are not even looked at, so
 * a call costs some tens of microseconds; a proxy that reads both ways would take several times as long. That asks for
 * clients who wait for an answer before their next request, as those of HTTP/1.1 do.
 */
export async function startGate(): Promise<Gate> {
  const sockets = new Set<Socket>();
  const way = Promise.withResolvers<Way>();
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    // A reset is also told by `close`.
    client.on('error', () => client.destroy());
    void way.promise.then((opened) => serve(client, opened));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    open: (upstream, check) => way.resolve({ connect: connector(new URL(upstream)), check }),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function connector({ protocol, hostname: host, port }: URL): Way['connect'] {
  if (protocol === 'https:') return () => connectSecurely({ host, port: Number(port || 443), servername: host });
  return () => connect({ host, port: Number(port || 80), noDelay: true });
}

function serve(client: Socket, { connect, check }: Way): void {
  let arrived: Buffer = Buffer.alloc(0);
  let service: Socket | undefined;

  const connected = (): Socket => {
    if (service) return service;
    service = connect();
    service.pipe(client);
    service.on('error', () => client.destroy());
    client.once('close', () => service?.destroy());
    return service;
  };

  client.on('data', (chunk) => {
    arrived = arrived.length === 0 ? chunk : Buffer.concat([arrived, chunk]);
    try {
      for (let request = readRequest(arrived); request; request = readRequest(arrived)) {
        arrived = arrived.subarray(request.bytes.length);
        const refusal = check(request);
        if (refusal) client.write(writeAnswer(refusal));
        else connected().write(request.bytes);
      }
    } catch (error) {
      client.destroy();
      // Not a request that can be judged, so it gets no answer; anything else is a bug.
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
    }
  });
}
