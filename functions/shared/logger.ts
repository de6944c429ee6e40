import { Logger } from '@aws-lambda-powertools/logger';
import { optionalEnv } from './env.ts';
import { SafeLogFormatter } from './log-formatter.ts';

/** JSON lines with the ids of the request at hand (see `observe.ts`). Level by POWERTOOLS_LOG_LEVEL. */
export const logger = new Logger({
  serviceName: optionalEnv('POWERTOOLS_SERVICE_NAME') ?? 'evently',
  logFormatter: new SafeLogFormatter(),
});
