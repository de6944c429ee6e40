import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Assembly, synthesize } from '../../local/synthesize.ts';
import { print, tableText } from '../support/table.ts';
import { importTimes } from './import-time.ts';
import { buildReferences } from './reference-bundles.ts';

export interface BundleCost {
  name: string;
  /** The module that Lambda imports, without its source map. */
  bytes: number;
  gzipBytes: number;
  /** Median over fresh processes, in milliseconds; with the NODE_OPTIONS of the functions, and without any. */
  importMs: number;
  importMsWithoutOptions: number;
}

/** Size and cold import time of each function as it is deployed, beside an empty handler and the bare SDK client. */
export async function measureBundles(): Promise<BundleCost[]> {
  const directory = mkdtempSync(join(tmpdir(), 'evently-bundles-'));
  try {
    const functions = functionsOf(await synthesize(join(directory, 'cdk.out')));
    const bundles = [...buildReferences(directory), ...functions];
    const files = bundles.map(({ file }) => file);
    const importMs = importTimes(files, functions[0]?.nodeOptions ?? '');
    const importMsWithoutOptions = importTimes(files, '');
    return bundles.map(({ name, file }, index) => {
      const code = readFileSync(file);
      return {
        name,
        bytes: code.byteLength,
        gzipBytes: gzipSync(code).byteLength,
        importMs: importMs[index] ?? Number.NaN,
        importMsWithoutOptions: importMsWithoutOptions[index] ?? Number.NaN,
      };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface FunctionProperties {
  Code: { S3Key: string };
  Handler: string;
  Environment?: { Variables?: { NODE_OPTIONS?: string } };
}

function functionsOf({ template, assets }: Assembly): { name: string; file: string; nodeOptions: string }[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([logicalId, resource]) => {
      const { Code, Handler, Environment } = resource.Properties as unknown as FunctionProperties;
      const directory = assets.get(Code.S3Key);
      if (!directory) throw new Error(`the code of ${logicalId} is not in the assembly`);
      return {
        // The CDK makes it of the path of constructs, <group>/Function, and a hash.
        name: logicalId.replace(/Function[0-9A-F]{8}$/, ''),
        file: join(directory, `${Handler.split('.')[0]}.mjs`),
        nodeOptions: Environment?.Variables?.NODE_OPTIONS ?? '',
      };
    });
}

export function printBundles(bundles: readonly BundleCost[]): void {
  print('\nBundles: size, and time to import them in a fresh process');
  const kilobytes = (bytes: number) => (bytes / 1_024).toFixed(1);
  const rows = bundles.map((bundle) => [
    bundle.name,
    kilobytes(bundle.bytes),
    kilobytes(bundle.gzipBytes),
    bundle.importMs.toFixed(1),
    bundle.importMsWithoutOptions.toFixed(1),
  ]);
  print(tableText(['function', 'KB', 'KB gzip', 'import ms', 'without NODE_OPTIONS'], rows));
}
