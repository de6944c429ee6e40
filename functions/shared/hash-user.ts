import { createHmac } from 'node:crypto';
import { optionalEnv } from './env.ts';

/**
 * Stands for a person in logs: the same within a stage, another one in the next. The salt is no secret: ids of people
 * are random UUIDs, which nobody can try through, and whoever looks after the stage can compute it for a known person.
 *
 * @returns 16 hexadecimal digits of HMAC-SHA-256
 */
export function hashUser(userId: string): string {
  const salt = optionalEnv('LOG_SALT') ?? 'none';
  return createHmac('sha256', salt).update(userId).digest('hex').slice(0, 16);
}
