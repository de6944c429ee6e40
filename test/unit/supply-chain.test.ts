import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAudit } from '../../bin/checks/audit-report.ts';
import { isPermitted, reportLicenses } from '../../bin/checks/license-report.ts';

describe('npm audit', () => {
  const report = (vulnerabilities: object, total: number) =>
    JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: { total } } });

  test('is clean where the registry says that there is nothing', () => {
    expect(readAudit(report({}, 0))).toEqual({ kind: 'clean' });
  });

  test('is not clean for one vulnerability, of whatever severity', () => {
    const found = readAudit(report({ leftpad: { severity: 'low', range: '<1.3.0', via: [] } }, 1));
    expect(found).toEqual({ kind: 'vulnerable', findings: ['leftpad <1.3.0: low'] });
    expect(readAudit(report({}, 1)).kind).toBe('vulnerable');
  });

  test.each([
    ['', 'npm printed no report'],
    ['{}', 'npm printed no report'],
    ['<html>', 'npm printed no report'],
    ['{"message":"405 Method Not Allowed","statusCode":405,"error":{}}', '405 Method Not Allowed'],
    ['{"auditReportVersion":2}', 'npm printed no report'],
  ])('is never taken for clean where the registry did not say: %s', (printed, reason) => {
    expect(readAudit(printed)).toEqual({ kind: 'unknown', reason });
  });
});

describe('a licence', () => {
  test.each(['MIT', 'Apache-2.0', '(MIT OR GPL-3.0-or-later)', 'MIT OR Apache-2.0', 'ISC AND MIT'])(
    '%s is permitted',
    (license) => expect(isPermitted(license)).toBe(true),
  );

  test.each(['AGPL-3.0', 'UNKNOWN', 'MIT*', 'MIT AND GPL-3.0', 'GPL-2.0 OR AGPL-3.0', '(MIT OR ISC) AND GPL-3.0', ''])(
    '%s is not permitted',
    (license) => expect(isPermitted(license)).toBe(false),
  );

  test('is told for every package of the run time, and who has one that is not permitted is named', () => {
    const locked = {
      '': { version: '1.0.0', license: 'AGPL-3.0' },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/a/node_modules/@b/c': { version: '2.0.0', license: 'AGPL-3.0' },
      'node_modules/d': { version: '3.0.0' },
      'node_modules/e': { version: '4.0.0', license: 'AGPL-3.0', dev: true },
    };
    expect(reportLicenses(locked)).toEqual({
      lines: ['AGPL-3.0: @b/c@2.0.0', 'MIT: a@1.0.0', 'UNKNOWN: d@3.0.0'],
      refused: ['@b/c@2.0.0: AGPL-3.0', 'd@3.0.0: UNKNOWN'],
    });
  });
});

describe('the workflow of GitHub', () => {
  const text = readFileSync(new URL('../../.github/workflows/deliver.yml', import.meta.url), 'utf8');
  const jobs = Object.fromEntries(
    [...text.matchAll(/^ {2}(check|dev|prod):\n((?: {4}.*\n|\n)+)/gm)].map(([, name = '', body = '']) => [name, body]),
  );

  test('runs actions of a commit, not of a tag that can be moved', () => {
    const uses = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(3);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test('gives no right by default, and the one to sign in on AWS only to deployments', () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    expect(text).not.toMatch(/secrets\.|aws-access-key/);
    expect(Object.keys(jobs)).toEqual(['check', 'dev', 'prod']);
    expect(jobs.check).not.toContain('id-token');
    for (const stage of ['dev', 'prod']) {
      expect(jobs[stage]).toContain('id-token: write');
      expect(jobs[stage]).toContain(`name: ${stage}`);
      expect(jobs[stage]).toContain(`concurrency: deploy-${stage}`);
    }
  });

  test('deploys what was checked, to dev before prod, and never what is not on main', () => {
    expect(jobs.dev).toContain('needs: check');
    expect(jobs.dev).toContain("if: github.event_name == 'push'");
    expect(jobs.prod).toContain('needs: dev');
    expect(text).toMatch(/push:\n {4}branches: \[main\]/);
    expect(jobs.check).toContain('run: .ci/run');
  });
});
