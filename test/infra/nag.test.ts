import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { FirewallStack } from '../../lib/firewall-stack.ts';
import { makeStack } from './synthesized.ts';

interface Violation {
  readonly ruleName: string;
  readonly violatingConstructs: ReadonlyArray<{ readonly constructPath: string }>;
}
type Made = ReturnType<typeof makeStack>;

/** Findings are read from the report, instead of ending the synthesis. */
const reportOnly = { '@aws-cdk/core:failSynthOnValidationErrors': false };
/** With all that a setting can add. */
const everything = { ...reportOnly, mailFrom: 'tickets@example.com', alarmEmail: 'operator@example.com' };

/** Findings of the pack AwsSolutions that no resource acknowledges, warnings too. */
function findings({ app }: Pick<Made, 'app'>): string[] {
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

/** What is acknowledged, by the path of the construct that it stands on. */
function acknowledgements({ app }: Pick<Made, 'app'>) {
  return app.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map(({ data }) => ({ construct, text: JSON.stringify(data) })),
    );
}

test.each(['dev', 'prod'])('cdk-nag has no finding on the stage %s that is not acknowledged', (stage) => {
  expect(findings(makeStack({ ...everything, stage }))).toEqual([]);
});

test('cdk-nag has no finding on the edge and its firewall that is not acknowledged', () => {
  const settings = { ...everything, stage: 'prod', edge: true, edgeKey: 2, region: 'eu-central-1' };
  const made = makeStack(settings, { webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/evently/1' });
  new FirewallStack(made.app, 'Firewall', { stage: 'prod', ephemeral: false, logRetentionDays: 90 });
  expect(findings(made)).toEqual([]);
});

test('cdk-nag would tell of a new resource with a fault', () => {
  const made = makeStack(reportOnly);
  new Queue(made.stack, 'Faulty');
  expect(findings(made).some((finding) => finding.startsWith('AwsSolutions-SQS'))).toBe(true);
});

test('what is acknowledged stands on a resource, with a reason', () => {
  const acknowledged = acknowledgements(makeStack(everything));
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const { construct, text } of acknowledged) {
    expect(App.isApp(construct) || Stack.isStack(construct), text).toBe(false);
    expect(text).toMatch(/AwsSolutions-\w+/);
    expect(text).toMatch(/(?:\w+ ){4}/);
  }
});
