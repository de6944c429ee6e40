import { existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { InstanceData, InstanceMessage, InvokeMessage } from './lambda-messages.ts';

// Entry point of a worker thread: one instance of one function, with nothing but its own environment.

const port = parentPort;
if (!port) throw new Error('to be started as a worker thread');
const instance = workerData as InstanceData;
const send = (message: InstanceMessage) => port.postMessage(message);

redirectOutput(process.stdout);
redirectOutput(process.stderr);
const handler = await loadHandler();
port.on('message', (message: InvokeMessage) => void invoke(message));
send({ kind: 'ready' });

async function invoke({ requestId, event, deadline }: InvokeMessage): Promise<void> {
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: instance.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: instance.functionArn,
    memoryLimitInMB: String(instance.memoryMb),
    logGroupName: `/aws/lambda/${instance.functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    send({ kind: 'answer', payload: JSON.stringify((await handler(JSON.parse(event), context)) ?? null) });
  } catch (error) {
    send({ kind: 'failure', message: inspect(error) });
  }
}

type Handler = (event: unknown, context: object) => unknown;

async function loadHandler(): Promise<Handler> {
  const dot = instance.handler.lastIndexOf('.');
  const [file, name] = [instance.handler.slice(0, dot), instance.handler.slice(dot + 1)];
  const path = ['.mjs', '.js', '.cjs']
    .map((extension) => join(instance.codeDirectory, file + extension))
    .find((candidate) => existsSync(candidate));
  if (!path) throw new Error(`${instance.codeDirectory} has no module ${file}`);
  const module: Record<string, unknown> = await import(pathToFileURL(path).href);
  const exported = module[name];
  if (typeof exported !== 'function') throw new Error(`${path} exports no function ${name}`);
  return exported as Handler;
}

/**
 * Sends what the function prints to the log file, without a detour over the main thread, which is busy serving.
 * Warnings and errors are shown there too.
 */
function redirectOutput(stream: NodeJS.WriteStream): void {
  const file = openSync(instance.logFile, 'a');
  stream.write = (chunk: string | Uint8Array): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    writeSync(file, text);
    if (stream === process.stderr || /"level":"(?:WARN|ERROR|CRITICAL)"/.test(text)) {
      send({ kind: 'log', line: text.trimEnd() });
    }
    return true;
  };
}
