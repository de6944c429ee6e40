import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { observable } from './aws-clients.ts';
import { env } from './env.ts';
import { inParallel } from './in-parallel.ts';
import { messageBody, queues } from './queues.ts';

const buses = observable(
  new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }),
);

const ToBus = z.object({ pipe: z.string(), bus: z.string(), source: z.string(), detailType: z.string() });
type ToBus = z.infer<typeof ToBus>;
const ToQueue = z.object({ pipe: z.string(), queueUrl: z.string(), groupBy: z.string() });
type ToQueue = z.infer<typeof ToQueue>;
/** What each pipe does with a record; lib/constructs/change-feed.ts writes the setting. */
const Routes = z.array(z.union([ToBus, ToQueue]));

interface Piped {
  eventID: string;
}

/**
 * How a pipe sends records. They go one by one, since ten of them may be more than a call takes.
 *
 * @throws {Error} where the stack has no such pipe
 */
export function senderLike(pipeArn: string): (records: readonly Piped[]) => Promise<void> {
  const route = Routes.parse(JSON.parse(env('REPLAY_ROUTES'))).find(({ pipe }) => pipe === pipeArn);
  if (!route) throw new Error(`${pipeArn} is no pipe of the stack`);
  if ('bus' in route) {
    return (records) => inParallel(records, limits.replayedAtOnce, (record) => sendToBus(route, record));
  }
  return async (records) => {
    for (const record of records) await sendToQueue(route, record);
  };
}

/** The rules of the bus leave out what nobody wants, as the filter of the pipe does. */
async function sendToBus({ bus, source, detailType }: ToBus, record: Piped): Promise<void> {
  const Entries = [{ EventBusName: bus, Source: source, DetailType: detailType, Detail: JSON.stringify(record) }];
  const { FailedEntryCount, Entries: [outcome] = [] } = await buses.send(new PutEventsCommand({ Entries }));
  if (!FailedEntryCount) return;
  throw new Error(`the bus did not take ${record.eventID}: ${outcome?.ErrorCode}: ${outcome?.ErrorMessage}`);
}

/**
 * Records without a group are none that the pipe would send. Of the others its filter leaves some out, for which the
 * worker looks in vain: it asks the table what there is to do, and the message only where.
 */
async function sendToQueue({ queueUrl, groupBy }: ToQueue, record: Piped): Promise<void> {
  const group = textAt(groupBy, record);
  if (group === undefined) return;
  await queues.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: messageBody(record),
      MessageGroupId: group,
      MessageDeduplicationId: record.eventID,
    }),
  );
}

/** @param path such as `$.dynamodb.NewImage.tierKey.S` */
function textAt(path: string, record: unknown): string | undefined {
  const names = path.split('.').slice(1);
  const found = names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], record);
  return typeof found === 'string' ? found : undefined;
}
