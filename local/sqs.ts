import { startFauxqs } from 'fauxqs';

export interface Sqs {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts the queues' service inside this process, with its messages under `directory`. */
export async function startSqs(directory: string, region: string): Promise<Sqs> {
  const server = await startFauxqs({
    port: 0,
    logger: false,
    host: '127.0.0.1',
    defaultRegion: region,
    dataDir: directory,
  });
  return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}
