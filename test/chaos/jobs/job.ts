import { parentPort } from 'node:worker_threads';
import { startDatabase } from '../world/database.ts';
import { carryOut, type Task } from './tasks.ts';

/** A thread with a database of its own: one task at a time, until it is told to stop. */
const port = parentPort;
if (!port) throw new Error('a job is a thread');
const database = await startDatabase();
port.on('message', async (task: Task | 'stop') => {
  if (task !== 'stop') return port.postMessage(await carryOut(task, database));
  await database.stop();
  port.close();
});
port.postMessage('ready');
