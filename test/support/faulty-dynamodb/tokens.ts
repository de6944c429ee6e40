/** DynamoDB remembers a token for ten minutes after its transaction. */
const rememberedMs = 600_000;

/** Client request tokens of transactions under way and of committed ones. */
export function createTokens() {
  const inFlight = new Set<string>();
  const committed = new Map<string, number>();
  return {
    isInFlight: (token: string): boolean => inFlight.has(token),
    /** Whether it was committed before: then it changes nothing and meets no conflict. */
    isCommitted: (token: string, now: number): boolean => {
      const at = committed.get(token);
      return at !== undefined && now - at < rememberedMs;
    },
    start: (token: string): (() => void) => {
      inFlight.add(token);
      return () => {
        inFlight.delete(token);
      };
    },
    commit: (token: string, now: number): void => {
      committed.set(token, now);
      for (const [old, at] of committed) {
        if (now - at < rememberedMs) break;
        committed.delete(old);
      }
    },
  };
}
