/** One TransactGetItems under way; `broken` are its items that somebody wrote meanwhile. */
export interface Reading {
  readonly broken: ReadonlySet<string>;
  end(): void;
}

/**
 * Who is at work on which item.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export function createItemsInFlight() {
  const transactions = new Set<string>();
  const singles = new Map<string, number>();
  const readings = new Map<string, Set<{ broken: Set<string> }>>();

  function disturb(keys: readonly string[]): void {
    for (const key of keys) for (const reading of readings.get(key) ?? []) reading.broken.add(key);
  }

  return {
    isInTransaction: (key: string): boolean => transactions.has(key),
    isBeingWritten: (key: string): boolean => transactions.has(key) || singles.has(key),

    /** Holds those items that no other transaction holds. @returns the end of it */
    startTransaction(keys: readonly string[]): () => void {
      const held = keys.filter((key) => !transactions.has(key));
      disturb(held);
      for (const key of held) transactions.add(key);
      return () => {
        for (const key of held) transactions.delete(key);
      };
    },

    /** Single writes do not conflict with each other, so an item may have several. */
    startSingles(keys: readonly string[]): () => void {
      disturb(keys);
      for (const key of keys) singles.set(key, (singles.get(key) ?? 0) + 1);
      return () => {
        for (const key of keys) {
          const left = (singles.get(key) ?? 1) - 1;
          if (left > 0) singles.set(key, left);
          else singles.delete(key);
        }
      };
    },

    startReading(keys: readonly string[]): Reading {
      const reading = { broken: new Set<string>() };
      for (const key of keys) readings.set(key, (readings.get(key) ?? new Set()).add(reading));
      return {
        broken: reading.broken,
        end: () => {
          for (const key of keys) {
            const others = readings.get(key);
            others?.delete(reading);
            if (others?.size === 0) readings.delete(key);
          }
        },
      };
    },
  };
}
