/** How often `work` is done a second by all clients together, each as soon as it has an answer. */
export async function perSecond(
  work: (client: number) => Promise<void>,
  clients: number,
  durationMs: number,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const run = async (_: unknown, client: number) => {
    while (performance.now() - startedAt < durationMs) {
      await work(client);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  return done / ((performance.now() - startedAt) / 1_000);
}
