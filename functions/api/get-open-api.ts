import { once, readBundledFile } from '../shared/bundled-file.ts';
import type { Handler } from './request.ts';

const document = once(async () => JSON.parse((await readBundledFile('openapi.json')).toString()));

/** The committed document, as `npm run openapi` wrote it. */
export const getOpenApi: Handler<'getOpenApi'> = async () => ({ status: 200, body: await document() });
