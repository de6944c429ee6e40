import { setTimeout as wait } from 'node:timers/promises';
import type { Guard, Use } from '../../../local/iam/guard.ts';
import { nameOf } from '../../../local/iam/policy-rules.ts';
import type { World } from './world.ts';

/** Something that one function does, with the rights of its role. */
export interface Step {
  readonly name: string;
  /** The function, as the infrastructure calls it. */
  readonly by: string;
  /** Makes what the step needs; with every right. Acting rejects where what is to happen does not happen. */
  readonly prepare: (world: World) => Promise<Act>;
}
export type Act = (signal: AbortSignal) => Promise<unknown>;

/** Longer than a function needs to answer that it was refused something. */
const afterRefusalMs = 300;

/** How the logical id of the role of a function begins. */
export function roleOf({ by }: Pick<Step, 'by'>): RegExp {
  return new RegExp(`^${by.replaceAll('-', '')}(?:Worker)?Role[0-9A-F]`);
}

/**
 * Does all steps, one after another.
 *
 * @returns for each right, by `nameOf`, the steps that used it.
 */
export async function makeTour(steps: readonly Step[], world: World): Promise<Map<string, Step[]>> {
  const usedIn = new Map<string, Step[]>();
  for (const step of steps) {
    const act = await step.prepare(world);
    const used = new Set<string>();
    const role = roleOf(step);
    const stop = world.guard.watch(({ isAllowed, because }) => {
      if (isAllowed) for (const rule of because) if (role.test(rule.owner)) used.add(nameOf(rule));
    });
    try {
      await act(new AbortController().signal);
    } catch (error) {
      throw new Error(`The step "${step.name}" fails with every right.`, { cause: error });
    } finally {
      stop();
    }
    for (const name of used) usedIn.set(name, [...(usedIn.get(name) ?? []), step]);
  }
  return usedIn;
}

/** Takes rights away, several at a time if need be, and gives them back. */
export interface Taker {
  readonly take: (right: string) => void;
  readonly giveBack: (right: string) => void;
}

export function takerOf(guard: Guard): Taker {
  const taken = new Set<string>();
  return {
    take: (right) => {
      taken.add(right);
      guard.without(taken);
    },
    giveBack: (right) => {
      taken.delete(right);
      guard.without(taken);
    },
  };
}

/**
 * Does a step while a right is taken away.
 *
 * @returns whether the function was refused something and what the step is about did not happen.
 */
export async function failsWithout(
  right: string,
  step: Step,
  world: World,
  { take, giveBack }: Taker,
): Promise<boolean> {
  const act = await step.prepare(world);
  const role = roleOf(step);
  const refused = Promise.withResolvers<void>();
  const stop = world.guard.watch((use) => {
    if (!use.isAllowed && isOf(use, role)) refused.resolve();
  });
  const abandoned = new AbortController();
  take(right);
  try {
    const outcome = act(abandoned.signal).then(
      () => 'done' as const,
      () => 'failed' as const,
    );
    const first = await Promise.race([outcome, refused.promise.then(() => 'refused' as const)]);
    if (first !== 'refused') return false;
    return (await Promise.race([outcome, wait(afterRefusalMs, 'missing' as const)])) !== 'done';
  } finally {
    abandoned.abort();
    giveBack(right);
    stop();
  }
}

function isOf({ principal }: Use, role: RegExp): boolean {
  return principal.caller.rules.some(({ owner }) => role.test(owner));
}
