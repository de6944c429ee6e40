import { type OperationId, operations } from '../../../functions/api/contract.ts';
import type { Operation } from '../../../functions/api/operation.ts';

export type ContractOperation = Operation & { readonly operationId: OperationId };
export const operationList: readonly ContractOperation[] = operations;
