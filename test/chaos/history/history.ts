import * as fc from 'fast-check';

/** A story that a few people write together: what each tries to do, and when. */
export interface History {
  /** Of everything that chance decides beside the story: faults, latencies, who is served by which instance. */
  readonly luck: number;
  readonly weather: Weather;
  /** How long before midnight, UTC, it begins: statistics tell days apart. */
  readonly secondsToMidnight: number;
  readonly events: readonly EventPlan[];
  readonly steps: readonly Step[];
}

/** How hard faults strike. */
export type Weather = 'calm' | 'conflicts' | 'throttles' | 'losses' | 'slow' | 'storm';

export interface EventPlan {
  readonly capacity: number;
  readonly maxPerUser: number | undefined;
  /** When its sale ends, after the beginning of the history; undefined: when it begins. */
  readonly closesAfterMs: number | undefined;
  /** When it begins; undefined: long after the history. */
  readonly beginsAfterMs: number | undefined;
}

export interface Step {
  /** Milliseconds since the step before. */
  readonly gapMs: number;
  readonly person: number;
  readonly event: number;
  readonly act: Act;
}

export type Act =
  | { readonly kind: 'book' | 'hold'; readonly quantity: number; readonly repeat: Repeat }
  | { readonly kind: 'confirm' | 'cancel'; readonly nth: number; readonly repeat: Repeat }
  | { readonly kind: 'join'; readonly quantity: number; readonly repeat: Repeat }
  | { readonly kind: 'leave' }
  | { readonly kind: 'look' }
  | { readonly kind: 'delete person'; readonly by: 'person' | 'administrator'; readonly repeat: Repeat }
  | { readonly kind: 'change capacity'; readonly seats: number }
  | { readonly kind: 'change price'; readonly price: number }
  | { readonly kind: 'cancel event' };

/** Whether a request comes once, as two (with one key) at a time or one later, or is run twice by the platform. */
export type Repeat = 'once' | 'same again' | 'later again' | 'run twice';

export const people = 4;

const often = <Value>(value: Value, times: number) => ({ arbitrary: fc.constant(value), weight: times });
const repeat: fc.Arbitrary<Repeat> = fc.oneof(
  often<Repeat>('once', 6),
  often<Repeat>('same again', 1),
  often<Repeat>('later again', 1),
  often<Repeat>('run twice', 1),
);
const quantity = fc.oneof(
  { arbitrary: fc.constant(1), weight: 3 },
  { arbitrary: fc.integer({ min: 2, max: 4 }), weight: 2 },
);
const nth = fc.nat({ max: 3 });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('book'), quantity, repeat }) as fc.Arbitrary<Act> },
  { weight: 18, arbitrary: fc.record({ kind: fc.constant('hold'), quantity, repeat }) as fc.Arbitrary<Act> },
  { weight: 21, arbitrary: fc.record({ kind: fc.constant('confirm'), nth, repeat }) as fc.Arbitrary<Act> },
  { weight: 18, arbitrary: fc.record({ kind: fc.constant('cancel'), nth, repeat }) as fc.Arbitrary<Act> },
  { weight: 21, arbitrary: fc.record({ kind: fc.constant('join'), quantity, repeat }) as fc.Arbitrary<Act> },
  { weight: 8, arbitrary: fc.constant<Act>({ kind: 'leave' }) },
  { weight: 3, arbitrary: fc.constant<Act>({ kind: 'look' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delete person'),
      by: fc.constantFrom('person', 'administrator'),
      repeat,
    }) as fc.Arbitrary<Act>,
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('change capacity'),
      seats: fc.integer({ min: -3, max: 3 }),
    }) as fc.Arbitrary<Act>,
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change price'),
      price: fc.integer({ min: 1, max: 9 }),
    }) as fc.Arbitrary<Act>,
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'cancel event' }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  gapMs: fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 30 }) },
    { weight: 3, arbitrary: fc.nat({ max: 600 }) },
    { weight: 1, arbitrary: fc.nat({ max: 8_000 }) },
  ),
  person: fc.nat({ max: people - 1 }),
  event: fc.nat({ max: 1 }),
  act,
});

const soonOr = (weight: number) =>
  fc.oneof(
    { weight, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 9_000 }) },
  );

const event: fc.Arbitrary<EventPlan> = fc.record({
  capacity: fc.integer({ min: 1, max: 6 }),
  maxPerUser: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(4) }),
  closesAfterMs: soonOr(6),
  beginsAfterMs: soonOr(4),
});

export const history: fc.Arbitrary<History> = fc.record({
  luck: fc.noShrink(fc.nat()),
  weather: fc.constantFrom<Weather>('calm', 'conflicts', 'throttles', 'losses', 'slow', 'storm'),
  secondsToMidnight: fc.constantFrom(3_600, 5, 2),
  events: fc.array(event, { minLength: 1, maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 50, size: 'max' }),
});

/** A history to read, one step a line. */
export function historyText({ luck, weather, secondsToMidnight, events, steps }: History): string {
  const places = events.map(
    ({ capacity, maxPerUser, closesAfterMs, beginsAfterMs }, n) =>
      `event ${n}: ${capacity} seats${maxPerUser === undefined ? '' : `, ${maxPerUser} a person`}${
        closesAfterMs === undefined ? '' : `, on sale for ${closesAfterMs} ms`
      }${beginsAfterMs === undefined ? '' : `, begins after ${beginsAfterMs} ms`}`,
  );
  let at = 0;
  const lines = steps.map(({ gapMs, person, event: n, act: { kind, ...more } }) => {
    at += gapMs;
    const details = Object.entries(more)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
    return `  ${String(at).padStart(6)} ms  person ${person}, event ${n % events.length}: ${kind}${details && ` (${details})`}`;
  });
  return [`${weather}, luck ${luck}, ${secondsToMidnight} s to midnight; ${places.join('; ')}`, ...lines].join('\n');
}
