import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import { makeStack } from './synthesized.ts';

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs: ReadonlyArray<{ readonly constructPath: string }>;
}

/** Findings of the pack AwsSolutions that no resource acknowledges, warnings too. */
function findings(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    app.synth();
  } catch (error) {
    // The report says more than the error, which is how a finding ends a synthesis.
    if (!String(error).includes('Validation failed')) throw error;
  } finally {
    vi.restoreAllMocks();
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  const violations: Violation[] = report.pluginReports.flatMap(
    (plugin: { violations: Violation[] }) => plugin.violations,
  );
  return violations.flatMap(({ ruleName, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

test('cdk-nag has no finding that is not acknowledged with a reason', () => {
  expect(findings(makeStack().app)).toEqual([]);
});

test('cdk-nag would tell of a new resource with a fault', () => {
  const { app, stack } = makeStack();
  new Queue(stack, 'Faulty');
  expect(findings(app).some((finding) => finding.startsWith('AwsSolutions-SQS'))).toBe(true);
});
