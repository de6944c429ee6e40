import type { Endpoints } from '../functions.ts';
import { type Gate, startGate } from './gate.ts';
import type { Guard } from './guard.ts';
import { type ServiceName, services } from './services.ts';

/** The addresses that functions know: behind each, the calls that may pass reach the service. */
export interface Gates {
  readonly endpoints: Endpoints;
  /** Requests before this wait. */
  open(upstream: Endpoints, guard: Guard): void;
  stop(): Promise<void>;
}

const names = Object.keys(services) as ServiceName[];

export async function startGates(): Promise<Gates> {
  const gates = await Promise.all(names.map(async (name) => [name, await startGate()] as const));
  const urls = gates.map(([name, gate]) => [name, gate.url]);
  return {
    endpoints: Object.fromEntries(urls) as Record<ServiceName, string>,
    open: (upstream, guard) => {
      for (const [name, gate] of gates) {
        gate.open(upstream[name], (request) => guard.check(services[name], request));
      }
    },
    stop: async () => {
      await Promise.all(gates.map(([, gate]: readonly [string, Gate]) => gate.stop()));
    },
  };
}
