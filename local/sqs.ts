import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';

export interface Sqs {
  readonly endpoint: string;
  readonly hasQueue: (queueName: string) => boolean;
  readonly createQueue: FauxqsServer['createQueue'];
  /**
   * Puts a message into a queue; it outlives this process when this returns.
   *
   * @throws {Error} where the queue does not take it.
   */
  readonly sendMessage: FauxqsServer['sendMessage'];
  /** Calls what sends many messages, and writes all of them at once. */
  readonly atOnce: (send: () => void) => void;
  /** Calls an action of the SQS API. */
  readonly call: (action: string, input: object) => Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the queues' service inside this process, with its messages under `directory`. */
export async function startSqs(directory: string, region: string): Promise<Sqs> {
  const { opened, restore } = writeWithoutWaiting();
  const server = await startFauxqs({
    port: 0,
    logger: false,
    host: '127.0.0.1',
    defaultRegion: region,
    dataDir: directory,
  }).finally(restore);
  const [database] = opened;
  if (!database) throw new Error('fauxqs keeps messages elsewhere than in SQLite');
  const openToOthers = keepToThisMachine(server.port);
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    endpoint,
    hasQueue: (queueName) => server.inspectQueue(queueName) !== undefined,
    createQueue: (queueName, options) => server.createQueue(queueName, options),
    sendMessage: (queueName, body, options) => server.sendMessage(queueName, body, options),
    atOnce: (send) => {
      database.exec('BEGIN');
      try {
        send();
      } finally {
        // What was sent before an error is in the queue as well.
        database.exec('COMMIT');
      }
    },
    call: (action, input) => call(endpoint, action, input),
    stop: async () => {
      await server.stop();
      openToOthers();
    },
  };
}

/**
 * A message of JSON. fauxqs refuses characters outside the basic plane, which SQS takes; escaped they are the same
 * JSON.
 */
export function bodyOf(value: object): string {
  return JSON.stringify(value).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function call(endpoint: string, action: string, input: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${action} answers ${response.status}: ${answer}`);
  return JSON.parse(answer);
}

/** fauxqs listens on all interfaces and cannot be told otherwise, so whoever comes from outside is cut off at once. */
function keepToThisMachine(port: number): () => void {
  const refuseOthers = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort === port && !socket.remoteAddress?.startsWith('127.')) socket.destroy();
  };
  subscribe('net.server.socket', refuseOthers);
  return () => unsubscribe('net.server.socket', refuseOthers);
}

/**
 * fauxqs commits every message three times, and waits each time until the disk has it: more than a millisecond, in
 * which the database of the table waits for the same disk. What is written survives the end of the process, however
 * that ends; the last messages may be lost with the power of the machine.
 *
 * @returns the databases that were opened until `restore` is called; those after that wait again.
 */
function writeWithoutWaiting(): { opened: Set<DatabaseSync>; restore: () => void } {
  const opened = new Set<DatabaseSync>();
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
    if (!opened.has(this)) exec.call(this, 'PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000');
    opened.add(this);
    exec.call(this, sql);
  };
  const restore = () => {
    DatabaseSync.prototype.exec = exec;
  };
  return { opened, restore };
}
