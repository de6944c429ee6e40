import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './stack-error.ts';

/** A CloudFormation template as far as the local stack reads it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly [section: string]: unknown;
}
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** What `cdk synth` makes: one template, and the directory behind each asset. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** Directory of an asset by the S3 key under which it would be deployed. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string } }>
  >;
}
interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/**
 * Synthesizes the CDK app into `directory`, which is emptied first. It runs as a process of its own, so that the CDK
 * stays out of the memory of the stack.
 *
 * @param settings - CDK context, as `-c name=value` gives it.
 * @throws {StackError} where the app fails, with what it printed.
 */
export async function synthesize(directory: string, settings: Record<string, unknown> = {}): Promise<Assembly> {
  await rm(directory, { recursive: true, force: true });
  const root = resolve(import.meta.dirname, '..');
  const { context } = readJson<{ context?: object }>(join(root, 'cdk.json'));
  try {
    await promisify(execFile)(process.execPath, [join(root, 'bin/evently.ts')], {
      cwd: root,
      env: {
        ...process.env,
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify({
          ...context,
          stage: 'local',
          mailFrom: 'tickets@evently.example',
          ...settings,
        }),
      },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const printed = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new StackError(`The CDK app does not synthesize.\n${printed}`);
  }
  return readAssembly(directory);
}

/** Reads what `cdk synth` left in a directory. */
export function readAssembly(directory: string): Assembly {
  const { artifacts } = readJson<Manifest>(join(directory, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    const names = stacks.map(([name]) => name).join(', ') || 'none';
    throw new StackError(`The local stack runs an app of exactly one stack, without an edge; this one has: ${names}.`);
  }
  const [stackName, { properties }] = stack;
  return {
    stackName,
    template: readJson<Template>(join(directory, properties?.templateFile ?? `${stackName}.template.json`)),
    assets: readAssets(directory, stackName),
  };
}

function readAssets(directory: string, stackName: string): Map<string, string> {
  const { files } = readJson<AssetManifest>(join(directory, `${stackName}.assets.json`));
  const assets = new Map<string, string>();
  for (const { source, destinations } of Object.values(files)) {
    for (const { objectKey } of Object.values(destinations)) {
      if (source.path) assets.set(objectKey, join(directory, source.path));
    }
  }
  return assets;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
