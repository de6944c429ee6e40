/**
 * A setting that the CDK app gives to the function.
 *
 * @throws {Error} where the function was deployed without it: a fault of the stack, never of a request.
 */
export function env(
  name:
    | 'TABLE_NAME'
    | 'HOLD_TTL_SECONDS'
    | 'QUEUE_URLS'
    | 'DEAD_LETTER_QUEUES'
    | 'REPLAY_ROUTES'
    | 'USER_POOL_ID'
    | 'USER_POOL_CLIENT_ID'
    | 'SERVICE_VERSION',
): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** A setting that a function can do without: of some stages only, or of every one, but of no test in process. */
export function optionalEnv(
  name:
    | 'MAIL_FROM'
    | 'STAGE'
    | 'LOG_SALT'
    | 'RATE_LIMITS'
    | 'VIEWER_ADDRESS_HEADER'
    | 'EDGE_KEYS'
    | 'POWERTOOLS_SERVICE_NAME'
    | 'POWERTOOLS_METRICS_NAMESPACE'
    | 'AWS_LAMBDA_INITIALIZATION_TYPE'
    | '_X_AMZN_TRACE_ID',
): string | undefined {
  return process.env[name] || undefined;
}
