/**
 * A setting that the CDK app gives to the function.
 *
 * @throws {Error} where the function was deployed without it: a fault of the stack, never of a request.
 */
export function env(name: 'TABLE_NAME' | 'USER_POOL_ID' | 'USER_POOL_CLIENT_ID' | 'SERVICE_VERSION'): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}
