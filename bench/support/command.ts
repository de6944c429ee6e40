/** Something that the person at the terminal can put right; its message is all that they need to see. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs a command to its end.
 *
 * @param main returns the exit code; a UsageError, or an unknown or malformed option, ends with 2
 */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof UsageError) && !isArgumentError(error)) throw error;
    // What parseArgs adds in further lines is advice on the shell.
    process.stderr.write(`${error.message.split('\n')[0]}\n`);
    process.exitCode = 2;
  }
}

/** What parseArgs throws. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** @throws {UsageError} where the option is no whole number of at least `min` */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${option} is "${text}", but has to be a whole number from ${min} to ${max}.`);
}
