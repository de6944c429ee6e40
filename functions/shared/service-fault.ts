/** A fault of a service or on the way to it, which passes: 5xx, no answer in time, a lost connection. For SDK errors. */
export function isServiceFault(error: Error): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === undefined ? isConnectionFault(error) : status >= 500;
}

function isConnectionFault(error: Error): boolean {
  return error.name === 'TimeoutError' || error.name === 'AbortError' || 'code' in error;
}
