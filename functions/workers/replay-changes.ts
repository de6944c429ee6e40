import * as z from 'zod';
import { queueHandler } from '../shared/queue-handler.ts';
import { senderLike } from '../shared/replay-routes.ts';
import { readRange, StreamRange } from '../store/stream-range.ts';

/**
 * A dead letter of a pipe, which names itself and the changes that it did not send. Of these it says what Lambda says
 * where a function reads the stream.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
const Unsent = z.object({
  context: z.object({ partnerResourceArn: z.string() }),
  DDBStreamBatchInfo: StreamRange,
});

/** Sends changes that a pipe gave up, as the pipe would have sent them. */
export const handler = queueHandler(Unsent, async ({ context, DDBStreamBatchInfo: range }, { remainingMs }) => {
  const send = senderLike(context.partnerResourceArn);
  for await (const records of readRange(range, remainingMs)) await send(records);
});
