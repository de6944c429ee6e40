import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

type Serve = (config: { host: string; port: number }) => Promise<Server>;
const require = createRequire(import.meta.url);

export interface Inbox {
  /** Takes the emails of the functions, and shows them on a page. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** It would keep all of them in memory. */
const mostEmails = 1_000;
const forgetEveryMs = 5_000;

interface Store {
  readonly emails: unknown[];
}

/** Starts aws-ses-v2-local inside this process. It keeps the latest emails in memory, and sends none. */
export async function startInbox(): Promise<Inbox> {
  // Loaded as the CommonJS module that it is: its default export has another place for each way to import it.
  const { default: serve } = require('aws-ses-v2-local') as { default: Serve };
  const { getStoreReadonly } = require('aws-ses-v2-local/dist/store.js') as { getStoreReadonly: () => Store };
  const forgetting = setInterval(() => {
    const { emails } = getStoreReadonly();
    emails.splice(0, Math.max(0, emails.length - mostEmails));
  }, forgetEveryMs);
  const server = await serve({ host: '127.0.0.1', port: 0 });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      clearInterval(forgetting);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
