/**
 * Does something with each of many things, some at a time. After the first failure nothing more is begun.
 *
 * @throws what failed first, when all that was begun has ended
 */
export async function inParallel<Thing>(
  things: Iterable<Thing>,
  atOnce: number,
  act: (thing: Thing) => Promise<void>,
): Promise<void> {
  const waiting = [...things].values();
  let hasFailed = false;
  const work = async () => {
    for (const thing of waiting) {
      if (hasFailed) return;
      await act(thing).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
