import { awsClients } from './aws-clients.ts';
import { optionalEnv } from './env.ts';

/**
 * Runs the work as a part of the request's X-Ray trace, if it has one. The X-Ray SDK is loaded by the first request of
 * an instance that is traced, because it would be a fifth of every function and of its cold start; most requests are not
 * traced, and on a developer's machine none is.
 */
export async function traced<T>(operation: string, work: () => Promise<T>): Promise<T> {
  if (!/(?:^|;)Sampled=1(?:;|$)/.test(optionalEnv('_X_AMZN_TRACE_ID') ?? '')) return work();
  const { inSubsegment } = await import('#x-ray');
  return inSubsegment(operation, awsClients, work);
}
