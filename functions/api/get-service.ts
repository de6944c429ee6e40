import { env } from '../shared/env.ts';
import type { Handler } from './request.ts';

/** Where to go from the root: addresses are relative to the API, whatever its host name. */
const links = { docs: '/docs', openapi: '/openapi.json', health: '/health/ready', events: '/events' };

export const getService: Handler<'getService'> = async () => ({
  status: 200,
  body: { name: 'evently', version: env('SERVICE_VERSION'), links },
});
