import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import type { Call, CallAnswer, Instance } from './instances.ts';

export interface Served extends CallAnswer {
  /** From the arrival: with the time that no instance was free. */
  readonly totalMs: number;
  /** In the function alone. */
  readonly functionMs: number;
}

export interface Pool {
  serve(call: Call): Promise<Served>;
}

/**
 * Gives each request to an instance that has none, any of them; whoever finds none waits in line. Lambda does not say
 * which idle instance it takes.
 */
export function createPool(instances: readonly Instance[], random: Random): Pool {
  const idle = [...instances];
  const line: ((instance: Instance) => void)[] = [];

  function acquire(): Instance | Promise<Instance> {
    const index = Math.floor(random() * idle.length);
    const [instance] = idle.splice(index, 1);
    return instance ?? new Promise((resolve) => line.push(resolve));
  }

  function release(instance: Instance): void {
    const next = line.shift();
    if (next) next(instance);
    else idle.push(instance);
  }

  return {
    serve: async (call) => {
      const arrivedAt = performance.now();
      const instance = await acquire();
      const startedAt = performance.now();
      try {
        const answer = await instance(call);
        const endedAt = performance.now();
        return { ...answer, totalMs: endedAt - arrivedAt, functionMs: endedAt - startedAt };
      } finally {
        release(instance);
      }
    },
  };
}
