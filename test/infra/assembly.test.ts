import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { entryPoints } from '../../lib/entry-points.ts';
import { temporaryFolder } from './synthesized.ts';

interface Assets {
  readonly files: Readonly<
    Record<string, { readonly displayName: string; readonly source: { readonly path: string } }>
  >;
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const hashesOf = (folder: string) => {
  const assets: Assets = readJson(join(folder, 'Evently-dev.assets.json'));
  return Object.keys(assets.files)
    .filter((hash) => existsSync(join(folder, `asset.${hash}`)))
    .sort();
};

const functions = Object.entries(entryPoints).map(([name, entry]) => ({ name, entry }));

describe('what cdk synth makes', () => {
  const folder = temporaryFolder();
  const codeOf = (name: string) => join(folder, 'bundles', name);
  beforeAll(() => {
    createApp({ outdir: folder }).synth();
  });

  test('is one stack, named after the stage, bound to no account or region', () => {
    const { artifacts } = readJson(join(folder, 'manifest.json'));
    expect(artifacts['Evently-dev'].environment).toBe('aws://unknown-account/unknown-region');
  });

  test('satisfies the rules of CloudFormation that the CDK knows, without a warning', () => {
    expect(readJson(join(folder, 'validation-report.json')).pluginReports).toEqual([]);
  });

  test('has no parameter, no condition, and no resource that exists for the CDK alone', () => {
    const template = readJson(join(folder, 'Evently-dev.template.json'));
    expect(Object.keys(template).sort()).toEqual(['Description', 'Outputs', 'Resources']);
    const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /^(?:AWS::CDK|Custom|AWS::CloudFormation)::/.test(type))).toEqual([]);
  });

  test('has one asset for each function', () => {
    expect(hashesOf(folder)).toHaveLength(functions.length);
  });

  test.each(functions)('the bundle $name loads with nothing but itself and exports a handler', ({ name }) => {
    const url = pathToFileURL(join(codeOf(name), 'index.mjs')).href;
    const script = `const { handler } = await import('${url}'); process.stdout.write(typeof handler);`;
    // The settings of the function, but no node_modules: the folder lies outside the project.
    const env = {
      TABLE_NAME: 't',
      HOLD_TTL_SECONDS: '600',
      QUEUE_URLS: 'q',
      USER_POOL_ID: 'p',
      USER_POOL_CLIENT_ID: 'c',
      SERVICE_VERSION: 'v',
      AWS_REGION: 'eu-west-1',
    };
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' })).toBe(
      'function',
    );
  });

  test.each(functions)('the source map of $name leads to the TypeScript of the project', ({ name, entry }) => {
    const map = readJson(join(codeOf(name), 'index.mjs.map'));
    expect(map.sources).toContain(`../../${entry}`);
    expect(readFileSync(join(codeOf(name), 'index.mjs'), 'utf8')).toMatch(/\/\/# sourceMappingURL=index\.mjs\.map\s*$/);
  });

  test('the function system has the files of the API reference beside its code, and no other function does', () => {
    for (const file of ['openapi.json', 'swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png']) {
      expect(existsSync(join(codeOf('system'), 'docs', file))).toBe(true);
    }
    for (const { name } of functions.filter((other) => other.name !== 'system')) {
      expect(existsSync(join(codeOf(name), 'docs'))).toBe(false);
    }
  });

  test('has the same hashes when it is made again elsewhere, so unchanged code is not deployed again', () => {
    const elsewhere = join(temporaryFolder(), 'a', 'deeper', 'place');
    createApp({ outdir: elsewhere }).synth();
    expect(hashesOf(elsewhere)).toEqual(hashesOf(folder));
  });
});
