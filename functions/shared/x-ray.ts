import { Tracer } from '@aws-lambda-powertools/tracer';
import type { AwsClient } from './aws-clients.ts';
import { optionalEnv } from './env.ts';
import { capturingCalls } from './x-ray-calls.ts';

// A bundle of its own beside each function's, because of its size; see tracing.ts.

const tracer = new Tracer({
  serviceName: optionalEnv('POWERTOOLS_SERVICE_NAME') ?? 'evently',
  captureHTTPsRequests: false,
});

/**
 * Runs the work in a subsegment of the request's trace, which can be searched by operation and cold start and has one of
 * its own for each call of the clients.
 */
export async function inSubsegment<T>(
  operation: string,
  clients: readonly AwsClient[],
  work: () => Promise<T>,
): Promise<T> {
  const segment = tracer.getSegment();
  const subsegment = segment?.addNewSubsegment(`## ${operation}`);
  if (!segment || !subsegment) return work();
  tracer.setSegment(subsegment);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  tracer.putAnnotation('operation', operation);
  try {
    return await capturingCalls(subsegment, clients, work);
  } catch (error) {
    // The name alone: a message may hold what no trace should.
    tracer.putAnnotation('error', error instanceof Error ? error.name : 'unknown');
    subsegment.addErrorFlag();
    throw error;
  } finally {
    subsegment.close();
    tracer.setSegment(segment);
  }
}
