import type { limits } from './limits.ts';

/** How many of something may happen within any stretch of time of one length, by policy. */
export type RateName = keyof typeof limits.rates;

export interface RatePolicy {
  readonly name: RateName;
  readonly quota: number;
  readonly windowSeconds: number;
}

/** What was counted in a window of the clock, and in the one before it. */
export interface RateUsage {
  readonly current: number;
  readonly previous: number;
}

/** What a client is told of a policy. */
export interface RateState {
  readonly policy: RatePolicy;
  readonly remaining: number;
  /** Until more is permitted than now. */
  readonly resetSeconds: number;
}

const windowMs = ({ windowSeconds }: RatePolicy): number => windowSeconds * 1_000;

/** The number of the window that a moment is in; the one before has one less. */
export function windowAt(policy: RatePolicy, nowMs: number): number {
  return Math.floor(nowMs / windowMs(policy));
}

/** How much of the window of the clock is over, from 0 to 1. */
const elapsed = (policy: RatePolicy, nowMs: number): number => (nowMs % windowMs(policy)) / windowMs(policy);

/**
 * How many more are permitted: a sliding window, estimated from two windows of the clock. The part of the window before
 * that the sliding one still covers counts as if what happened in it had come evenly.
 * https://blog.cloudflare.com/counting-things-a-lot-of-different-things/
 *
 * @returns below 0 where more happened than is permitted
 */
export function remainingOf(policy: RatePolicy, { current, previous }: RateUsage, nowMs: number): number {
  return Math.floor(policy.quota - current - previous * (1 - elapsed(policy, nowMs)));
}

/** How a client stands that has used so much. */
export function rateState(policy: RatePolicy, usage: RateUsage, nowMs: number): RateState {
  const remaining = Math.max(remainingOf(policy, usage, nowMs), 0);
  const waitMs = remaining > 0 ? (1 - elapsed(policy, nowMs)) * windowMs(policy) : untilNextMs(policy, usage, nowMs);
  return { policy, remaining, resetSeconds: Math.max(Math.ceil(waitMs / 1_000), 1) };
}

/** Milliseconds until one more is permitted, if nothing happens meanwhile. */
function untilNextMs(policy: RatePolicy, { current, previous }: RateUsage, nowMs: number): number {
  const over = elapsed(policy, nowMs);
  const room = policy.quota - 1;
  if (current <= room) return (shareOver(previous, room - current) - over) * windowMs(policy);
  return (1 - over + shareOver(current, room)) * windowMs(policy);
}

/** The part of a window that has to be over for what was counted before it to weigh `room` at most. */
const shareOver = (before: number, room: number): number => (before <= room ? 0 : 1 - room / before);
