/** Limits of a route: requests a second, and how many may come at once. */
export interface ThrottleLimits {
  readonly rate: number;
  readonly burst: number;
}

/**
 * The token bucket that API Gateway puts before a route: it holds `burst` tokens, gets `rate` of them a second, and each
 * request takes one.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 *
 * @param nowMs a clock that never goes back
 * @returns whether a request passes
 */
export function tokenBucket({ rate, burst }: ThrottleLimits, nowMs: () => number = () => performance.now()) {
  let tokens = burst;
  let filledAt = nowMs();
  return (): boolean => {
    const now = nowMs();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1_000) * rate);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
