import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { ContractOperation } from './operation-list.ts';
import { fire, type Range, type Shot } from './shot.ts';
import { successfulShots } from './state-kinds.ts';

/** Sends one request twice and then another one, all with one key. @throws {Error} where the answers do not fit */
export async function replays(range: Range, operation: ContractOperation): Promise<void> {
  const [sample] = fc.sample(successfulShots(operation, range.world), { numRuns: 1, seed: 1 });
  if (!sample) throw new Error(`no shot at ${operation.operationId}`);
  const made = { ...sample.parts, ...(await sample.recipe?.(range.world)) };
  const parts = { ...made, headers: { 'idempotency-key': randomUUID() } };
  const shoot = (shot: Partial<Shot>) => fire(range, operation, { parts, ...shot });

  const first = await shoot({ expected: [201] });
  const again = await shoot({ expected: [201] });
  const isSame = isDeepStrictEqual(JSON.parse(again.text), JSON.parse(first.text));
  if (!isSame || again.headers['idempotency-replayed'] !== 'true' || 'idempotency-replayed' in first.headers) {
    throw new Error(`not the same answer again: ${first.text} and ${again.text}`);
  }
  const other = {
    ...(parts.body as object),
    ...('quantity' in (parts.body as object) ? { quantity: 3 } : { name: 'X' }),
  };
  await shoot({ parts: { ...parts, body: other }, expected: [422] });
}
