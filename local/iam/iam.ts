import { credentialsOf } from '../functions.ts';
import type { World } from '../resource-types.ts';
import type { Credentials } from '../sigv4.ts';
import type { ResolvedTemplate, Resource } from '../template.ts';
import { createGuard, type Guard, type Principal } from './guard.ts';
import { type Policies, readPolicies, secure } from './policies.ts';
import { readRules } from './policy-rules.ts';
import type { ServiceCall } from './services.ts';
import { checkNeeds, type Need, needsOf } from './start-checks.ts';

/** The permissions of a template, in force. */
export interface Iam {
  readonly policies: Policies;
  readonly guard: Guard;
  /** The functions. */
  readonly principals: readonly Principal[];
  /** What AWS itself does with the rights of the template; all of it was allowed at the start. */
  readonly needs: readonly Need[];
  /** A person with a key and with these policies. */
  readonly user: (name: string, credentials: Credentials, policies: readonly ManagedPolicy[]) => Principal;
}

type ManagedPolicy = Resource<'AWS::IAM::ManagedPolicy'>;

/**
 * Puts the policies of a template into force: each function makes its calls with a key of its own, and with the rights
 * of its role.
 *
 * @throws {StackError} naming a policy that cannot be evaluated, or a right without which something would not run.
 */
export function enforcePolicies(
  template: ResolvedTemplate,
  { region, accountId, id }: Pick<World, 'region' | 'accountId' | 'id'>,
): Iam {
  const policies = readPolicies(template, accountId);
  const principals = template.of('AWS::Lambda::Function').map(({ logicalId, ref: name, properties }): Principal => {
    const caller = policies.callerOf(properties.Role, `${logicalId} (AWS::Lambda::Function)`);
    const arn = `arn:aws:sts::${accountId}:assumed-role/${caller.role.ref}/${name}`;
    return { ...credentialsOf(name, id), arn, caller };
  });
  const needs = needsOf(template, policies, accountId);
  checkNeeds(needs, policies);
  return {
    policies,
    principals,
    needs,
    guard: createGuard({
      principals,
      rulesOf: policies.rulesOf,
      partitionKeyOf: partitionKeys(template),
      region,
      accountId,
    }),
    user: (name, credentials, attached) => {
      const arn = `arn:aws:iam::${accountId}:user/${name}`;
      const rules = attached.flatMap(({ logicalId, type, properties }) =>
        readRules(properties.PolicyDocument, logicalId, `${logicalId} (${type})`),
      );
      return { ...credentials, arn, caller: { rules, names: { AWS: [arn] }, context: secure } };
    },
  };
}

function partitionKeys(template: ResolvedTemplate): ServiceCall['partitionKeyOf'] {
  const tables = new Map(template.of('AWS::DynamoDB::GlobalTable').map(({ ref, properties }) => [ref, properties]));
  return (name, indexName) => {
    const table = tables.get(name);
    const keyed = indexName ? table?.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === indexName) : table;
    return keyed?.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  };
}
