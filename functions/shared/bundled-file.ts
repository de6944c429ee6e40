import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that deployment copies beside the function's code. */
export type BundledFile = 'openapi.json' | 'swagger-ui-bundle.js' | 'swagger-ui.css' | 'favicon-32x32.png';

export function readBundledFile(name: BundledFile): Promise<Buffer> {
  return readFile(join(import.meta.dirname, 'docs', name));
}

/** Calls `make` once; a failure is not kept, so that the next call tries again. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | undefined;
  return () => {
    kept ??= make().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}
