import type fc from 'fast-check';
import type { ContractOperation } from './operation-list.ts';
import type { Shot } from './shot.ts';
import type { FuzzWorld } from './world.ts';

/** One way to ask, well or badly. */
export interface Kind {
  readonly name: string;
  /** How many of each: 1 where one is as good as ten. */
  readonly weight: number;
  /** Undefined where it makes no sense for the operation; several where none of them may be left to chance. */
  readonly of: (
    operation: ContractOperation,
    world: FuzzWorld,
  ) => fc.Arbitrary<Shot> | readonly fc.Arbitrary<Shot>[] | undefined;
}
