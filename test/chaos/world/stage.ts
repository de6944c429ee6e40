import type { Settings } from '../../../lib/settings.ts';
import { knownTable } from './database.ts';

/** The stage of a history: holds are short, so that many of them end. */
export const stage: Settings = {
  stage: 'chaos',
  ephemeral: true,
  logRetentionDays: 1,
  throttleRate: 1_000,
  throttleBurst: 1_000,
  canary: false,
  edge: false,
  edgeKey: 1,
  holdTtlSeconds: 6,
};

/** What every function is told. */
export const environment: Readonly<Record<string, string>> = {
  TABLE_NAME: knownTable,
  HOLD_TTL_SECONDS: String(stage.holdTtlSeconds),
  USER_POOL_ID: 'us-east-1_chaos',
  USER_POOL_CLIENT_ID: 'chaos',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'chaos',
  AWS_SECRET_ACCESS_KEY: 'chaos',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_TRACE_ENABLED: 'false',
};
