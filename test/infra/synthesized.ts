import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, vi } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { entryPoints, type FunctionName } from '../../lib/entry-points.ts';
import { EventlyStack, type EventlyStackProps } from '../../lib/evently-stack.ts';
import { readSettings } from '../../lib/settings.ts';
import { replayWorker, workers } from '../../lib/workers.ts';

export interface Resource {
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON whose shape each test states
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is deleted after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evently-infra-'));
  folders.push(folder);
  return folder;
}

/** A placeholder for the code of a function. */
export function codeFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.mjs'), 'export {};');
  return folder;
}

/** The stack with a placeholder for the code, because bundling takes longer than everything else. */
export function makeStack(
  context: Record<string, unknown> = {},
  props: Pick<EventlyStackProps, 'webAclArn'> = {},
): { app: App; stack: EventlyStack } {
  const folder = temporaryFolder();
  const code = codeFolder();
  const app = new App({
    analyticsReporting: false,
    outdir: join(folder, 'cdk.out'),
    context: { ...cdkJson.context, ...context },
  });
  const bundles = Object.fromEntries(Object.keys(entryPoints).map((name) => [name, code])) as Record<
    FunctionName,
    string
  >;
  return { app, stack: new EventlyStack(app, 'Evently', { settings: readSettings(app.node), bundles, ...props }) };
}

/** The template; the validation by the CDK's own rules, which takes a second or two, is left to another test. */
export function synthesize(context: Record<string, unknown> = {}): Template {
  vi.stubEnv('CDK_VALIDATION', 'false');
  return Template.fromStack(makeStack(context).stack);
}

/** All resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

/** The only resource of a type. */
export function only(template: Template, type: string): Resource {
  const found = Object.values(resources(template, type));
  const [resource] = found;
  if (!resource || found.length > 1) throw new Error(`${found.length} resources of type ${type}`);
  return resource;
}

/** How the logical ids of what belongs to a function begin. */
export function prefixOf(name: FunctionName): string {
  return [...workers, replayWorker].some((worker) => worker === name) ? `${name.replaceAll('-', '')}Worker` : name;
}

/** The resource of a type that belongs to a function. */
export function ofFunction(template: Template, type: string, name: FunctionName): Resource {
  return startingWith(template, type, prefixOf(name));
}

/** The resource of a type whose logical id begins like this; a hash follows. */
export function startingWith(template: Template, type: string, prefix: string): Resource {
  const found = Object.entries(resources(template, type)).filter(([logicalId]) => logicalId.startsWith(prefix));
  const [entry] = found;
  if (!entry || found.length > 1) throw new Error(`${found.length} resources of type ${type} for ${prefix}`);
  return entry[1];
}

/** The logical id that a `Ref` or `Fn::GetAtt`, at any depth, points to. */
export function target(value: unknown): string | undefined {
  return /"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/.exec(JSON.stringify(value))?.[1];
}
