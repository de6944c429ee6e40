import { count, takeCounts } from './counters.ts';
import { optionalEnv } from './env.ts';
import { logger } from './logger.ts';
import { publishMetrics } from './metrics.ts';

/** Until the first request; never where Lambda started the instance ahead of one, as provisioned concurrency does. */
let isCold = optionalEnv('AWS_LAMBDA_INITIALIZATION_TYPE') === 'on-demand';

/** Ids that every log line of the work carries, and the line of its metrics. */
export interface WorkIds {
  readonly requestId?: string;
  readonly lambdaRequestId: string;
  /** Hashed, see `hashUser`. */
  readonly user?: string | undefined;
}

export interface WorkEnd {
  readonly status?: number;
  /** Of the error that it ended with. */
  readonly code?: string | undefined;
  readonly feedLagMs?: number | undefined;
}

/**
 * Begins to observe a request or a batch: log lines from here on belong to it.
 *
 * @returns to be called once, at its end
 */
export function observe(operation: string, ids: WorkIds): (end: WorkEnd) => void {
  const startedAt = performance.now();
  // Of work that was cut off by a timeout.
  takeCounts();
  const coldStart = isCold;
  isCold = false;
  if (coldStart) count('ColdStarts');
  logger.resetKeys();
  logger.appendKeys({ operation, coldStart, ...ids });
  return ({ feedLagMs, ...end }) => {
    const latencyMs = performance.now() - startedAt;
    publishMetrics({ operation, latencyMs, feedLagMs, properties: { ...ids, ...end } });
  };
}
