import type { Role } from '../domain/user.ts';
import { tableName } from './client.ts';
import { rolesKey } from './keys.ts';
import { type Action, type Patience, transact } from './transact.ts';

export interface RoleChange {
  userId: string;
  /** Those that the user pool had. */
  formerly: readonly Role[];
  roles: readonly Role[];
}

/**
 * Notes a change of roles, which the user pool keeps and no stream tells of: first as `REQUESTED`, so that no right is given
 * without a trace, and as `IN_FORCE` when the pool has it. One that stays `REQUESTED` was cut short; the same request
 * again mends it, since each of its steps may be repeated.
 *
 * @throws {DomainError} busy
 */
export async function noteRoles(
  change: RoleChange,
  status: 'REQUESTED' | 'IN_FORCE',
  patience: Patience,
): Promise<void> {
  const note: Action = {
    name: 'roles',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...rolesKey(change.userId), ...change, status, changedAt: new Date().toISOString() },
      },
    },
  };
  await transact([note], patience);
}
