import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StackOutputs } from '../../local/outputs.ts';
import { UsageError } from './command.ts';

export interface ThrowAwayStack {
  outputs: StackOutputs;
  /** Of the process, whose children belong to the stack too. */
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a local stack with data of its own, in a process of its own, so that it does not share a thread with whoever
 * measures it. It ends with this process, however that ends.
 *
 * @param nodeOptions for the stack's process, say `--cpu-prof`
 * @param context of the CDK app, as of `cdk deploy -c`
 * @throws {UsageError} where it does not start, with the reason
 */
export async function startThrowAwayStack(
  nodeOptions: readonly string[] = [],
  context: Readonly<Record<string, unknown>> = {},
): Promise<ThrowAwayStack> {
  const script = join(import.meta.dirname, 'stack-process.ts');
  const child = fork(script, [JSON.stringify(context)], { execArgv: [...nodeOptions] });
  const exit = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), exit.then(() => [{ fault: 'it ended at once' }])]);
  const { outputs, fault } = message as { outputs?: StackOutputs; fault?: string };
  if (!outputs || child.pid === undefined) throw new UsageError(`The local stack does not start: ${fault}`);
  return {
    outputs,
    pid: child.pid,
    stop: async () => {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}
