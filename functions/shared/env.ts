/**
 * A setting that the CDK app gives to the function.
 *
 * @throws {Error} where the function was deployed without it: a fault of the stack, never of a request.
 */
export function env(
  name: 'TABLE_NAME' | 'HOLD_TTL_SECONDS' | 'QUEUE_URLS' | 'USER_POOL_ID' | 'USER_POOL_CLIENT_ID' | 'SERVICE_VERSION',
): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** A setting that the CDK app gives to the function only where the stage has it. */
export function optionalEnv(name: 'MAIL_FROM'): string | undefined {
  return process.env[name] || undefined;
}
