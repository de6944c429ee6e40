import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { actingAs } from './actor.ts';
import { count } from './counters.ts';
import { optionalEnv } from './env.ts';
import { observe } from './observe.ts';
import { traced } from './tracing.ts';

type BatchWork = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** The same handler, observed from first to last. The operation of a worker is the worker. */
export function observedBatch(work: BatchWork): BatchWork {
  return async (event, context) => {
    const worker = optionalEnv('POWERTOOLS_SERVICE_NAME') ?? 'worker';
    const endWork = observe(worker, { lambdaRequestId: context.awsRequestId });
    const response = await traced(worker, () => actingAs({ kind: 'worker', id: worker }, () => work(event, context)));
    count('Messages', event.Records.length);
    count('FailedMessages', response.batchItemFailures.length);
    endWork({ feedLagMs: feedLagMs(event.Records) });
    return response;
  };
}

/**
 * How long the oldest change of a batch took from its commit to the queue: what `IteratorAge` is for a function that
 * reads a stream itself. The stream tells the time of a commit in whole seconds.
 */
function feedLagMs(records: readonly SQSRecord[]): number | undefined {
  const lags = records.flatMap(({ body, attributes }) => {
    const [, committed] = /"ApproximateCreationDateTime":\s*([\d.]+)/.exec(body) ?? [];
    if (committed === undefined) return [];
    return Math.max(0, Number(attributes.SentTimestamp) - Number(committed) * 1_000);
  });
  const lag = Math.max(...lags);
  return Number.isFinite(lag) ? Math.round(lag) : undefined;
}
