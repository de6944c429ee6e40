import { expect, test } from 'vitest';
import { only, synthesize } from './synthesized.ts';

const table = only(synthesize(), 'AWS::DynamoDB::GlobalTable');
const { Properties: properties } = table;
const [replica] = properties.Replicas;

const key = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];

test('the table has the keys pk and sk, both strings', () => {
  expect(properties.KeySchema).toEqual(key('pk', 'sk'));
  for (const attribute of properties.AttributeDefinitions) expect(attribute.AttributeType).toBe('S');
});

test('the one index gsi1 holds all attributes', () => {
  expect(properties.GlobalSecondaryIndexes).toEqual([
    { IndexName: 'gsi1', KeySchema: key('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
  ]);
});

test('capacity is on demand', () => {
  expect(properties.BillingMode).toBe('PAY_PER_REQUEST');
});

test('items expire by expiresAt', () => {
  expect(properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
});

test('the stream carries new and old images', () => {
  expect(properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
});

test('the table can be restored to any point in time, cannot be deleted, and outlives the stack', () => {
  expect(properties.Replicas).toHaveLength(1);
  expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
  expect(replica.DeletionProtectionEnabled).toBe(true);
  expect(table.DeletionPolicy).toBe('Retain');
});
