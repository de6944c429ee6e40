/** Something the person at the terminal can mend: the message is one sentence that says what and how. */
export class StackError extends Error {
  override name = 'StackError';
}

/** The `code` that Node puts on system errors, such as `EADDRINUSE`. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
