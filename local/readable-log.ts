import { isEmf } from './emf.ts';

interface LogLine {
  readonly level: string;
  readonly timestamp: string;
  readonly message: string;
  readonly service?: string;
  readonly operation?: string;
  readonly requestId?: string;
  readonly error?: LoggedError;
}
interface LoggedError {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** What a line shows in its first columns, or does not show at all. */
const known = new Set(['level', 'timestamp', 'message', 'service', 'operation', 'requestId', 'lambdaRequestId']);
const unimportant = new Set(['coldStart', 'user', 'xRayTraceId', 'error']);
const colors: Readonly<Record<string, number>> = { WARN: 33, ERROR: 31, CRITICAL: 31 };

/**
 * The JSON that a function logs, for a person at a terminal: time, level, operation, request id, message, and what
 * failed. The log file keeps the JSON. Any other text stays as it is.
 *
 * @returns undefined for lines that are for machines
 */
export function readable(line: string, { color = false } = {}): string | undefined {
  if (isEmf(line)) return undefined;
  const entry = parse(line);
  if (!entry) return line;
  const { level, timestamp, message, service, operation, requestId, error } = entry;
  const time = timestamp.slice(11, 23);
  const tint = color ? colors[level] : undefined;
  const shown = tint ? `\u001b[${tint}m${level.padEnd(5)}\u001b[0m` : level.padEnd(5);
  const columns = [time, shown, operation ?? service, requestId, message].filter(Boolean).join('  ');
  const more = Object.entries(entry).filter(([name]) => !known.has(name) && !unimportant.has(name));
  const details = more.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [columns + details.join(''), ...errorLines(error)].join('\n');
}

function errorLines(error: LoggedError | undefined, intro = ''): string[] {
  if (!error) return [];
  const frames = error.stack?.split('\n').map((frame) => `      ${frame.trim()}`) ?? [];
  return [`    ${intro}${error.name}: ${error.message}`, ...frames, ...errorLines(error.cause, 'because of ')];
}

function parse(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: Partial<LogLine> = JSON.parse(line);
    const { level, timestamp, message } = entry;
    return level && timestamp && message !== undefined ? (entry as LogLine) : undefined;
  } catch {
    // Not a line of the logger.
    return undefined;
  }
}
