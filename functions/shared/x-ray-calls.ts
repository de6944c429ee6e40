import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tracer } from '@aws-lambda-powertools/tracer';
import type { AwsClient, CallMiddleware } from './aws-clients.ts';

type Segment = NonNullable<ReturnType<Tracer['getSegment']>>;

/** The subsegment that the calls of a request belong to. */
const parent = new AsyncLocalStorage<Segment>();
const captured = new WeakSet<AwsClient>();

/** Runs the work, each AWS call of which is a subsegment of the one given. */
export function capturingCalls<T>(segment: Segment, clients: readonly AwsClient[], work: () => Promise<T>) {
  for (const client of clients.filter((one) => !captured.has(one))) {
    captured.add(client);
    client.middlewareStack.add(capture, { name: 'traceCall', step: 'initialize' });
  }
  return parent.run(segment, work);
}

/**
 * Like that of the X-Ray SDK, which would add the messages and stacks of errors: they may hold what no trace should.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-aws
 */
const capture: CallMiddleware =
  (next, { clientName = '', commandName = '' }) =>
  async (args) => {
    const subsegment = parent.getStore()?.addNewSubsegment(clientName.replace(/Client$/, ''));
    if (!subsegment) return next(args);
    const { TableName } = args.input as { TableName?: string };
    const close = (answered: unknown) => {
      const { requestId, attempts = 1, httpStatusCode } = metadataOf(answered);
      subsegment.addAttribute('namespace', 'aws');
      subsegment.addAttribute('aws', {
        operation: commandName.replace(/Command$/, ''),
        request_id: requestId,
        retries: attempts - 1,
        table_name: TableName,
      });
      if (httpStatusCode) subsegment.addAttribute('http', { response: { status: httpStatusCode } });
      subsegment.close();
    };
    try {
      const answer = await next(args);
      close((answer as { output?: unknown }).output);
      return answer;
    } catch (error) {
      const status = metadataOf(error).httpStatusCode;
      if (status === undefined || status >= 500) subsegment.addFaultFlag();
      else subsegment.addErrorFlag();
      subsegment.addAnnotation('error', error instanceof Error ? error.name : 'unknown');
      close(error);
      throw error;
    }
  };

interface Metadata {
  readonly requestId?: string;
  readonly attempts?: number;
  readonly httpStatusCode?: number;
}
const metadataOf = (answered: unknown): Metadata => (answered as { $metadata?: Metadata } | undefined)?.$metadata ?? {};
