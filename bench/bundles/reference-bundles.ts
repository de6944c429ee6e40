import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundleOptions } from '../../lib/bundle.ts';

/** What the functions are compared with. */
const references = {
  'empty handler': 'export const handler = async () => ({ statusCode: 200 });',
  'SDK client alone': `
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
    import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
    const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    export const handler = (input) => documents.send(new TransactWriteCommand(input));`,
};

/**
 * Bundles each reference as lib/bundle.ts bundles the functions.
 *
 * @returns name and file of each
 */
export function buildReferences(directory: string): { name: string; file: string }[] {
  return Object.entries(references).map(([name, contents]) => {
    const file = join(directory, name.replaceAll(' ', '-'), 'index.mjs');
    buildSync({
      stdin: { contents, resolveDir: import.meta.dirname },
      outfile: file,
      ...bundleOptions,
    });
    return { name, file };
  });
}
