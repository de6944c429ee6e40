import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { auditTrail } from '../../functions/store/keys.ts';
import { type Resource, resources, synthesize, target } from './synthesized.ts';

const template = synthesize({ stage: 'prod', mailFrom: 'tickets@example.com' });

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Every statement of a policy that gives a role something. */
function statements(made: Template): Statement[] {
  const policies = Object.values(resources(made, 'AWS::IAM::Policy'));
  return policies.flatMap(({ Properties }: Resource) => Properties.PolicyDocument.Statement);
}

/** Those cannot name a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const withoutResource = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

describe('a role', () => {
  test('gives no action by a pattern', () => {
    const actions = statements(template).flatMap(({ Action: action }) => action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('gives nothing on every resource that could be given on one', () => {
    const wide = statements(template).filter(({ Resource: resource }) => [resource].flat().includes('*'));
    expect(new Set(wide.flatMap(({ Action: action }) => action))).toEqual(new Set(withoutResource));
  });

  test('that may write to the table may not write to the audit trail; its worker may add to it, and change nothing', () => {
    const [tableId] = Object.keys(resources(template, 'AWS::DynamoDB::GlobalTable'));
    const changing = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'];
    const writing = [...changing, 'PutItem', 'PartiQLInsert'].map((action) => `dynamodb:${action}`);
    const isAboutTable = ({ Resource }: Statement) => [Resource].flat().some((each) => target(each) === tableId);
    const writers = Object.entries(resources(template, 'AWS::IAM::Policy')).flatMap(([logicalId, { Properties }]) => {
      const all = (Properties.PolicyDocument.Statement as Statement[]).filter(isAboutTable);
      const may = all.some(
        ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().some((action) => writing.includes(action)),
      );
      return may ? [[logicalId, all.filter(({ Effect }) => Effect === 'Deny')] as const] : [];
    });
    expect(writers.length).toBeGreaterThan(10);
    for (const [logicalId, denials] of writers) {
      expect(denials, logicalId).toMatchObject([
        { Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [auditTrail('*')] } } },
      ]);
      const denied = denials.flatMap(({ Action }) => Action).sort();
      const isItsWorker = logicalId.startsWith('auditWorker');
      const expected = isItsWorker ? changing.map((action) => `dynamodb:${action}`) : writing;
      expect(denied, logicalId).toEqual([...expected].sort());
    }
    expect(writers.filter(([logicalId]) => logicalId.startsWith('auditWorker'))).toHaveLength(1);
  });

  test('belongs to one function or one pipe', () => {
    const users = [
      ...Object.values(resources(template, 'AWS::Lambda::Function')).map(({ Properties }) => Properties.Role),
      ...Object.values(resources(template, 'AWS::Pipes::Pipe')).map(({ Properties }) => Properties.RoleArn),
    ].map((role) => JSON.stringify(role));
    expect(new Set(users).size).toBe(users.length);
  });
});

test('every queue refuses whoever comes without TLS', () => {
  const policies = JSON.stringify(Object.values(resources(template, 'AWS::SQS::QueuePolicy')));
  for (const logicalId of Object.keys(resources(template, 'AWS::SQS::Queue'))) {
    expect(policies, logicalId).toContain(`"Queues":[{"Ref":"${logicalId}"}]`);
  }
  for (const { Properties } of Object.values(resources(template, 'AWS::SQS::QueuePolicy'))) {
    expect(Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  }
});
