import type { Handler } from './request.ts';

/** Says only that the function runs; whether its parts answer is getReadiness. */
export const getLiveness: Handler<'getLiveness'> = async () => ({ status: 200, body: { status: 'ok' } });
