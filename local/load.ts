/** How long it has to be calm until work that waits goes on at full speed. */
const calmMs = 100;

/**
 * Counts what runs through `handle`.
 *
 * @param most - more than that at a time is pressure.
 * @param onPressure - told when pressure begins, and when there has been none for a moment.
 */
export function watchLoad<Input, Output>(
  handle: (input: Input) => Promise<Output>,
  most: number,
  onPressure: (isUnderPressure: boolean) => void,
): (input: Input) => Promise<Output> {
  let running = 0;
  let calm: NodeJS.Timeout | undefined;
  let isUnderPressure = false;
  const change = (value: boolean) => {
    isUnderPressure = value;
    onPressure(value);
  };
  return async (input) => {
    running += 1;
    if (running > most) {
      clearTimeout(calm);
      calm = undefined;
      if (!isUnderPressure) change(true);
    }
    try {
      return await handle(input);
    } finally {
      running -= 1;
      if (isUnderPressure && running <= most) calm ??= setTimeout(() => change(false), calmMs).unref();
    }
  };
}

/** Lets work make room for others. */
export interface Pace {
  underPressure(isUnderPressure: boolean): void;
  /** Does work: at once where there is no pressure, else when it is its turn, with long pauses between the turns. */
  turn(work: () => Promise<void>): Promise<void>;
  isUnderPressure(): boolean;
}

/** The part of the time that all turns together may take under pressure: next to nothing while a rush lasts. */
const shareOfRush = 1 / 50;
/** Where the pressure does not end, what waits has to be worked off all the same, or the queues would only grow. */
const shareAfterwards = 1 / 2;
const rushMs = 20_000;
/** However long a turn has taken, the next one comes. */
const maxPauseMs = 5_000;

export function createPace(): Pace {
  /** Resolved when the pressure is over. */
  let calm = Promise.withResolvers<void>();
  calm.resolve();
  let isPressed = false;
  let pressedSince = 0;
  let lastTurn = Promise.resolve();
  return {
    underPressure: (isUnderPressure) => {
      if (isUnderPressure && !isPressed) {
        calm = Promise.withResolvers();
        pressedSince = performance.now();
      }
      if (!isUnderPressure) calm.resolve();
      isPressed = isUnderPressure;
    },
    isUnderPressure: () => isPressed,
    turn: async (work) => {
      if (!isPressed) return work();
      const over = calm.promise;
      const before = lastTurn;
      const { promise, resolve: end } = Promise.withResolvers<void>();
      lastTurn = promise;
      await Promise.race([before, over]);
      const startedAt = performance.now();
      try {
        await work();
      } finally {
        const endedAt = performance.now();
        const workedMs = endedAt - startedAt;
        const share = endedAt - pressedSince < rushMs ? shareOfRush : shareAfterwards;
        setTimeout(end, Math.min(workedMs / share - workedMs, maxPauseMs)).unref();
      }
    },
  };
}
