import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const projectRoot = dirname(import.meta.dirname);

/** What a function reads from `docs/` beside its code, from the root of the project. */
const files: Readonly<Record<string, readonly string[]>> = {
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
 * Bundles each entry point into a folder of its own: one minified ES module with its source map, the
 * AWS SDK included, and the files that go with it, of which one is the tracer.
 *
 * All of them are one call of esbuild, because they share most of what it reads: NodejsFunction starts it through npx
 * for each function, which takes more than three times as long.
 *
 * @param entryPoints File of each function, from the root of the project.
 * @param folder Deleted first where it exists.
 * @returns the folder of each function.
 */
export function bundle<Name extends string>(
  entryPoints: Readonly<Record<Name, string>>,
  folder: string,
): Record<Name, string> {
  const names = Object.keys(entryPoints) as Name[];
  rmSync(folder, { recursive: true, force: true });
  const { outputFiles } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: names.map((name) => ({ in: entryPoints[name], out: `${name}/index` })),
    // Never written: source maps hold paths from here, and must be the same wherever the output goes.
    outdir: 'out',
    write: false,
    outExtension: { '.js': '.mjs' },
    ...bundleOptions,
    external: ['#x-ray'],
  });
  for (const name of names) mkdirSync(join(folder, name), { recursive: true });
  for (const { path, contents } of outputFiles) {
    writeFileSync(join(folder, basename(dirname(path)), basename(path)), contents);
  }
  const tracer = bundleTracer();
  for (const name of names) {
    writeFileSync(join(folder, name, 'x-ray.mjs'), tracer);
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ imports: { '#x-ray': './x-ray.mjs' } }));
  }
  for (const name of names) copyFiles(files[name] ?? [], join(folder, name, 'docs'));
  const folders = names.map((name) => [name, join(folder, name)] as const);
  return Object.fromEntries(folders) as Record<Name, string>;
}

/**
 * What only requests with a trace need, as a module beside that of the function. Without a source map: it is the X-Ray
 * SDK and hardly a line of ours.
 */
function bundleTracer(): Uint8Array {
  const { outputFiles } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: ['functions/shared/x-ray.ts'],
    write: false,
    ...bundleOptions,
    sourcemap: false,
    // The SDK is CommonJS, and asks for Node's own modules by this name.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const [output] = outputFiles;
  if (!output) throw new Error('esbuild made no module of the tracer');
  return output.contents;
}

function copyFiles(sources: readonly string[], folder: string): void {
  for (const source of sources) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(projectRoot, source), join(folder, basename(source)));
  }
}
