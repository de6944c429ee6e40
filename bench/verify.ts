import { parseArgs } from 'node:util';
import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { runCommand, UsageError, wholeNumber } from './support/command.ts';
import { readOutputs } from './support/running-stack.ts';
import { print, tableText } from './support/table.ts';
import { type AuditReport, type AuditRule, auditRules } from './verify/audit/report.ts';
import { type Finding, type Rule, rules } from './verify/findings.ts';
import { verifyAudit } from './verify-audit.ts';
import { type TableReport, verifyTable } from './verify-table.ts';

const help = `Checks the invariants of the data model on a whole table.

  npm run verify                          the local stack that is running
  npm run verify -- --table NAME          a table on AWS, with your usual credentials and region
  npm run verify -- --table NAME --endpoint URL   any other DynamoDB

  --audit      rebuilds bookings and inventory from the audit trail too, and compares them with the table
  --limit N    findings to print, default 50
  --settle N   seconds that statistics may take to catch up with the bookings, default 15; 0: judge them as they are`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      table: { type: 'string' },
      endpoint: { type: 'string' },
      limit: { type: 'string', default: '50' },
      settle: { type: 'string', default: '15' },
      audit: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const limit = wholeNumber('limit', values.limit, 0, 1_000);
  const settleMs = 1_000 * wholeNumber('settle', values.settle, 0, 3_600);
  const { client, tableName } = choose(values);
  try {
    const report = await verifyTable({ client, tableName, settleMs, ...(process.stderr.isTTY && { onProgress }) });
    if (process.stderr.isTTY) process.stderr.write('\n');
    show(tableName, report, limit);
    const trail = values.audit ? await verifyAudit({ client, tableName, settleMs }) : undefined;
    if (trail) showTrail(trail, limit);
    return report.findings.length + (trail?.findings.length ?? 0) > 0 ? 1 : 0;
  } catch (error) {
    throw unreadable(error, tableName) ?? error;
  } finally {
    client.destroy();
  }
});

function onProgress(items: number): void {
  process.stderr.write(`\r${items} items read`);
}

interface Choice {
  table?: string | undefined;
  endpoint?: string | undefined;
}

/** @throws {UsageError} where no table is named and no local stack is running */
function choose({ table, endpoint }: Choice): { client: DynamoDBClient; tableName: string } {
  if (table) return { client: new DynamoDBClient(endpoint ? local(endpoint) : {}), tableName: table };
  if (endpoint) throw new UsageError('--endpoint needs the name of a table: --table NAME.');
  const outputs = readOutputs();
  if (!outputs) throw new UsageError('No local stack is running: start one with "npm start", or name a --table.');
  return { client: new DynamoDBClient(local(outputs.dynamodbEndpoint)), tableName: outputs.tableName };
}

/** An emulator takes any credentials, but the SDK wants to have some. */
function local(endpoint: string) {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  return { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

function unreadable(error: unknown, tableName: string): UsageError | undefined {
  if (error instanceof ResourceNotFoundException) return new UsageError(`There is no table ${tableName}.`);
  if (!(error instanceof Error)) return undefined;
  const isConnection = 'code' in error && ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET'].includes(String(error.code));
  if (isConnection) return new UsageError('The database does not answer: is the stack still running?');
  const isAccount = ['CredentialsProviderError', 'AccessDeniedException', 'UnrecognizedClientException'];
  if (isAccount.includes(error.name) || error.message === 'Region is missing') return new UsageError(error.message);
  return undefined;
}

function show(tableName: string, { findings, checked, counts, omitted }: TableReport, limit: number): void {
  for (const { rule, where, message } of findings.slice(0, limit)) print(`${rule}: ${where}: ${message}`);
  const hidden = findings.length - Math.min(findings.length, limit);
  if (hidden > 0) print(`… and ${hidden} more`);
  if (omitted > 0) print(`… and ${omitted} more that were not looked at a second time`);
  if (findings.length > 0) print();

  const broken = (rule: string) => findings.filter((finding: Finding) => finding.rule === rule).length;
  const names = Object.keys(rules) as Rule[];
  print(
    tableText(
      ['rule', 'checked', 'broken'],
      names.map((rule) => [`${rule}: ${rules[rule]}`, checked[rule], broken(rule)]),
    ),
  );
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  print(`${tableName}: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'no items'}.`);
  print('A scan is no snapshot: findings were read twice, but let the table be quiet to be sure of them.');
  print(findings.length === 0 ? 'Every invariant holds.' : `${findings.length} findings: invariants are broken.`);
}

function showTrail({ findings, checked, omitted }: AuditReport, limit: number): void {
  print();
  for (const { rule, where, message } of findings.slice(0, limit)) print(`${rule}: ${where}: ${message}`);
  const hidden = findings.length - Math.min(findings.length, limit) + omitted;
  if (hidden > 0) print(`… and ${hidden} more`);
  const names = Object.keys(auditRules) as AuditRule[];
  const broken = (name: AuditRule) => findings.filter(({ rule }) => rule === name).length;
  const rows = names.map((rule) => [`${rule}: ${auditRules[rule]}`, checked[rule], broken(rule)]);
  print(tableText(['rule of the audit trail', 'checked', 'broken'], rows));
  print(
    findings.length === 0
      ? 'The trail makes the table.'
      : `${findings.length} findings: the trail makes another table.`,
  );
}
