import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { makeStack } from './synthesized.ts';

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs: ReadonlyArray<{ readonly constructPath: string }>;
}

/** Findings are read from the report, instead of ending the synthesis. */
const reportOnly = { '@aws-cdk/core:failSynthOnValidationErrors': false };

/** Findings of the pack AwsSolutions that no resource acknowledges, warnings too. */
function findings({ app }: { app: App }): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  const violations: Violation[] = report.pluginReports.flatMap(
    (plugin: { violations: Violation[] }) => plugin.violations,
  );
  return violations.flatMap(({ ruleName, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

test('cdk-nag has no finding that is not acknowledged with a reason', () => {
  expect(findings(makeStack(reportOnly))).toEqual([]);
});

test('cdk-nag would tell of a new resource with a fault', () => {
  const made = makeStack(reportOnly);
  new Queue(made.stack, 'Faulty');
  expect(findings(made).some((finding) => finding.startsWith('AwsSolutions-SQS'))).toBe(true);
});
