import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
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

  // Administrators wait for a cold start now and then; their function speaks to the table, queues and the user pool.
  test.each(functions)('the bundle $name has at most 600 KB, that of administrators 700', ({ name }) => {
    const mostKb = name === 'admin' ? 700 : 600;
    expect(statSync(join(codeOf(name), 'index.mjs')).size).toBeLessThan(mostKb * 1024);
  });

  test('a function sends its part of a trace with what lies beside its code, and only of a request that has one', () => {
    const script = `
      const daemon = (await import('node:dgram')).createSocket('udp4', (message) => {
        process.stdout.write(JSON.parse(message.toString().split('\\n')[1]).name);
        daemon.close();
      });
      await new Promise((resolve) => daemon.bind(0, '127.0.0.1', resolve));
      process.env.AWS_XRAY_DAEMON_ADDRESS = '127.0.0.1:' + daemon.address().port;
      const { handler } = await import('${pathToFileURL(join(codeOf('system'), 'index.mjs')).href}');
      const ask = async (sampled) => {
        process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=' + sampled;
        const requestContext = { requestId: 'r', http: { method: 'GET', sourceIp: '203.0.113.7' } };
        const event = { routeKey: 'GET /health/live', rawPath: '/health/live', headers: {}, requestContext };
        const { statusCode } = await handler(event, { awsRequestId: 'a', getRemainingTimeInMillis: () => 5000 });
        process.stdout.write(statusCode + ' ');
      };
      await ask(0);
      await ask(1);`;
    const env = { TABLE_NAME: 't', QUEUE_URLS: 'q', USER_POOL_ID: 'p', SERVICE_VERSION: 'v', AWS_REGION: 'eu-west-1' };
    const lambda = { LAMBDA_TASK_ROOT: codeOf('system'), AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
    const options = { env: { ...env, ...lambda }, encoding: 'utf8', timeout: 10_000 } as const;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], options);
    expect(printed).toBe('200 200 ## getLiveness');
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
