import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StackOutputs } from '../../local/outputs.ts';
import type { Administrator } from './api.ts';
import { UsageError } from './command.ts';
import { isLive, readOutputs } from './running-stack.ts';
import { startThrowAwayStack } from './throw-away-stack.ts';

export interface Target {
  url: string;
  /** For the terminal: which stack it is. */
  name: string;
  administrator: Administrator;
  /** Of a local stack: what lies behind its API. */
  outputs?: StackOutputs;
  stop(): Promise<void>;
}

/**
 * The API at `url`; without one the local stack that is running; without that a throw-away one.
 *
 * @param context of the CDK app, for a throw-away one
 * @throws {UsageError} where nothing answers at `url`, or there are no credentials for it
 */
export async function findTarget(
  url: string | undefined,
  context: Readonly<Record<string, unknown>> = {},
): Promise<Target> {
  const outputs = readOutputs();
  if (url !== undefined && !URL.canParse(url)) throw new UsageError(`--url is "${url}", which is no URL.`);
  if (url !== undefined && !(await isLive(url))) throw new UsageError(`Nothing answers at ${url}.`);
  const isOurs = outputs && (url === undefined || new URL(url).origin === new URL(outputs.apiUrl).origin);
  const stop = async () => undefined;
  if (isOurs && (await isLive(outputs.apiUrl))) {
    return { url: outputs.apiUrl, name: 'the running stack', administrator: administratorOf(outputs), outputs, stop };
  }
  if (url !== undefined) return { url, name: url, administrator: await awsAdministrator(url), stop };
  process.stderr.write('No stack is running: starting one to throw away …\n');
  const stack = await startThrowAwayStack([], context);
  const { outputs: own } = stack;
  const administrator = administratorOf(own);
  return { url: own.apiUrl, name: 'a throw-away stack', administrator, outputs: own, stop: stack.stop };
}

export function administratorOf({ adminAccessKeyId, adminSecretAccessKey, region }: StackOutputs): Administrator {
  return { credentials: { accessKeyId: adminAccessKeyId, secretAccessKey: adminSecretAccessKey }, region };
}

/** The credentials and region of the terminal, found as the SDK finds them. */
async function awsAdministrator(url: string): Promise<Administrator> {
  const { config } = new DynamoDBClient({});
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    const region = /\.execute-api\.([a-z0-9-]+)\./.exec(url)?.[1] ?? (await config.region());
    return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }, region };
  } catch (error) {
    throw new UsageError(`${url} is not the local stack, so AWS credentials are needed: ${(error as Error).message}`);
  }
}
