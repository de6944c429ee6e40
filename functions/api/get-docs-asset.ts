import type { Handler } from './request.ts';

export const getDocsAsset: Handler<'getDocsAsset'> = async () => {
  throw new Error('not written yet');
};
