import { Logger } from '@aws-lambda-powertools/logger';

/** JSON lines with the request id of the request at hand. Level by POWERTOOLS_LOG_LEVEL. */
export const logger = new Logger({ serviceName: 'evently' });
