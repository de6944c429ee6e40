import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import type { Group } from './functions.ts';

const projectRoot = dirname(import.meta.dirname);

/** What the operations of a group read from `docs/` beside their code, from the root of the project. */
const files: Readonly<Partial<Record<Group, readonly string[]>>> = {
  system: [
    'docs/openapi.json',
    'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
    'node_modules/swagger-ui-dist/swagger-ui.css',
    'node_modules/swagger-ui-dist/favicon-32x32.png',
  ],
};

/** How the code of a function is bundled; also what measurements compare it with. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles the entry point of every group into a folder of its own: one minified ES module with its source map, the
 * AWS SDK included, and the files that go with it.
 *
 * All groups are one call of esbuild, because they share most of what it reads: NodejsFunction starts it through npx
 * for each function, which takes more than three times as long.
 *
 * @param folder Deleted first where it exists.
 * @returns the folder of each group.
 */
export function bundle(groups: readonly Group[], folder: string): Record<Group, string> {
  rmSync(folder, { recursive: true, force: true });
  const { outputFiles } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: groups.map((group) => ({ in: `functions/entry/${group}.ts`, out: `${group}/index` })),
    // Never written: source maps hold paths from here, and must be the same wherever the output goes.
    outdir: 'out',
    write: false,
    outExtension: { '.js': '.mjs' },
    ...bundleOptions,
  });
  for (const group of groups) mkdirSync(join(folder, group), { recursive: true });
  for (const { path, contents } of outputFiles) {
    writeFileSync(join(folder, basename(dirname(path)), basename(path)), contents);
  }
  for (const group of groups) copyFiles(files[group] ?? [], join(folder, group, 'docs'));
  const folders = groups.map((group) => [group, join(folder, group)] as const);
  return Object.fromEntries(folders) as Record<Group, string>;
}

function copyFiles(sources: readonly string[], folder: string): void {
  for (const source of sources) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(projectRoot, source), join(folder, basename(source)));
  }
}
