import { type OperationId, operations } from '../../../functions/api/contract.ts';
import { errorsOf } from '../../../functions/api/operation.ts';
import { problems } from '../../../functions/api/problems.ts';
import type { ContractOperation } from './operation-list.ts';

/** What the fuzz cannot bring about at will: limits have tests of their own, and a 5xx is what it looks for. */
const notAimedAt = new Set([429, 500, 503]);

/** What was answered, by operation and status. */
export interface Coverage {
  note(operationId: OperationId, status: number): void;
  /** `operationId status` for each kind of answer of the contract that never came. */
  missing(): string[];
  readonly answers: number;
}

export function createCoverage(): Coverage {
  const seen = new Map<string, number>();
  let answers = 0;
  return {
    note: (operationId, status) => {
      const key = `${operationId} ${status < 400 ? 'success' : status}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      answers += 1;
    },
    missing: () =>
      operations.flatMap((operation) =>
        ['success', ...refusalsOf(operation)]
          .map((kind) => `${operation.operationId} ${kind}`)
          .filter((key) => !seen.has(key)),
      ),
    get answers() {
      return answers;
    },
  };
}

/** The statuses with which an operation, or the gateway in its place, refuses. */
export function refusalsOf(operation: ContractOperation): number[] {
  const ofGateway = { public: [], user: [401, 403], organizer: [401, 403], iam: [403] }[operation.auth];
  const statuses = new Set([...ofGateway, ...errorsOf(operation).map((code) => problems[code].status)]);
  return [...statuses].filter((status) => !notAimedAt.has(status));
}
