import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  advance(): void;
  stop(): void;
}

/** A bar on a terminal; one line when it is done elsewhere, so that a log stays readable. Both on stderr. */
export function startProgress(what: string, total: number): Progress {
  if (!process.stderr.isTTY) {
    return { advance: () => undefined, stop: () => void process.stderr.write(`${what}: done\n`) };
  }
  const bar = new SingleBar(
    { format: `${what.padEnd(20)} {bar} {value}/{total}`, hideCursor: true, fps: 10 },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { advance: () => bar.increment(), stop: () => bar.stop() };
}
