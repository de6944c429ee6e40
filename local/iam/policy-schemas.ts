import { z } from 'zod';

/**
 * The shape of policies as CloudFormation takes them. What of it can be evaluated here is decided in
 * `policy-rules.ts`, for the policies of those who make calls on this machine.
 */

const text = z.string();
export const oneOrMore = z.union([text.transform((value) => [value]), z.array(text)]);
const conditionValues = z.union([
  z.union([text, z.boolean(), z.number()]).transform((value) => [String(value)]),
  z.array(z.union([text, z.boolean(), z.number()]).transform(String)),
]);

const Principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'] })),
  z.strictObject({ AWS: oneOrMore.optional(), Service: oneOrMore.optional(), Federated: oneOrMore.optional() }),
]);

const Statement = z.strictObject({
  Sid: text.optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: Principal.optional(),
  NotPrincipal: z.unknown().optional(),
  Action: oneOrMore.optional(),
  NotAction: z.unknown().optional(),
  Resource: oneOrMore.optional(),
  NotResource: z.unknown().optional(),
  Condition: z.record(text, z.record(text, conditionValues)).optional(),
});

export const PolicyDocument = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: text.optional(),
  Statement: z.union([Statement.transform((statement) => [statement]), z.array(Statement)]),
});
export type PolicyDocument = z.output<typeof PolicyDocument>;
export type PolicyStatement = PolicyDocument['Statement'][number];

const InlinePolicy = z.strictObject({ PolicyName: text, PolicyDocument });

export const Role = z.strictObject({
  RoleName: text.optional(),
  AssumeRolePolicyDocument: PolicyDocument,
  Policies: z.array(InlinePolicy).default([]),
  ManagedPolicyArns: z.array(text).default([]),
  Path: text.optional(),
  // Those are for the console and for sessions of people.
  Description: z.unknown().optional(),
  MaxSessionDuration: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

export const Policy = InlinePolicy.extend({ Roles: z.array(text).default([]) });

export const ManagedPolicy = z.strictObject({
  ManagedPolicyName: text.optional(),
  Description: z.unknown().optional(),
  Path: text.optional(),
  Roles: z.array(text).default([]),
  PolicyDocument,
});

export const QueuePolicy = z.strictObject({ Queues: z.array(text), PolicyDocument });
