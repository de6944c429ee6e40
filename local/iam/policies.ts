import { StackError } from '../stack-error.ts';
import type { ResolvedTemplate, Resource } from '../template.ts';
import type { Caller } from './evaluate.ts';
import { type Rule, readRules } from './policy-rules.ts';

type RoleResource = Resource<'AWS::IAM::Role'>;

/** The policies of a template. */
export interface Policies {
  /**
   * Whoever has taken on a role.
   *
   * @param where - the resource whose role it is, to name in an error.
   * @throws {StackError} where the template has no such role, or a policy of it cannot be evaluated.
   */
  callerOf(roleArn: string, where: string): RoleCaller;
  /** A service that acts on behalf of a resource, with no role: only policies of resources can allow it anything. */
  serviceCaller(service: string, sourceArn: string): Caller;
  /** What the policy of a resource says. */
  rulesOf(resourceArn: string): readonly Rule[];
  /** Everything that is allowed to anybody: by queues, and to the roles that were taken on so far. */
  given(): readonly Rule[];
}

export interface RoleCaller extends Caller {
  readonly role: RoleResource;
  /** The policy that says who may take on the role. */
  readonly trust: readonly Rule[];
}

/** Every call here stands for one over TLS, because so it goes out on AWS. */
export const secure = { 'aws:SecureTransport': 'true' } as const;

/** @throws {StackError} where the policy of a queue cannot be evaluated. */
export function readPolicies(template: ResolvedTemplate, accountId: string): Policies {
  const ofQueues = queueRules(template);
  const callers = new Map<string, RoleCaller>();
  const readRole = (role: RoleResource): RoleCaller => {
    const { Arn: arn = '' } = role.attributes;
    const where = `${role.logicalId} (AWS::IAM::Role)`;
    const trust = readRules(role.properties.AssumeRolePolicyDocument, role.logicalId, where);
    return {
      role,
      trust,
      rules: rulesOfRole(role, template),
      names: { AWS: [arn] },
      context: { ...secure, 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': accountId },
    };
  };
  return {
    callerOf: (roleArn, where) => {
      const known = callers.get(roleArn);
      if (known) return known;
      const role = template.of('AWS::IAM::Role').find(({ attributes }) => attributes.Arn === roleArn);
      if (!role) throw new StackError(`${where} has the role ${roleArn}, which is no role of the template.`);
      const caller = readRole(role);
      callers.set(roleArn, caller);
      return caller;
    },
    serviceCaller: (service, sourceArn) => ({
      names: { Service: [service] },
      rules: [],
      context: { ...secure, 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId },
    }),
    rulesOf: (resourceArn) => ofQueues.get(resourceArn) ?? [],
    given: () => {
      const ofRoles = [...callers.values()].flatMap(({ rules, trust }) => [...rules, ...trust]);
      return [...ofRoles, ...[...ofQueues.values()].flat()].filter(({ effect }) => effect === 'Allow');
    },
  };
}

function rulesOfRole(role: RoleResource, template: ResolvedTemplate): Rule[] {
  const { logicalId, ref: roleName, properties } = role;
  const managed = template.of('AWS::IAM::ManagedPolicy');
  for (const arn of properties.ManagedPolicyArns) {
    if (!managed.some(({ ref }) => ref === arn)) {
      throw new StackError(
        `${logicalId} (AWS::IAM::Role) has the policy ${arn}, whose content is not in the template.`,
      );
    }
  }
  const attached = [
    ...template.of('AWS::IAM::Policy').filter((policy) => policy.properties.Roles.includes(roleName)),
    ...managed.filter(
      (policy) => policy.properties.Roles.includes(roleName) || properties.ManagedPolicyArns.includes(policy.ref),
    ),
  ];
  return [
    ...properties.Policies.flatMap(({ PolicyDocument }) =>
      readRules(PolicyDocument, logicalId, `${logicalId} (AWS::IAM::Role)`),
    ),
    ...attached.flatMap(({ properties: { PolicyDocument }, ...policy }) =>
      readRules(PolicyDocument, logicalId, `${policy.logicalId} (${policy.type})`),
    ),
  ];
}

/** The rules of the queues' policies, by the ARN of the queue. */
function queueRules(template: ResolvedTemplate): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>();
  for (const { logicalId, properties } of template.of('AWS::SQS::QueuePolicy')) {
    const { Queues: urls, PolicyDocument } = properties;
    for (const url of urls) {
      const queue = template.of('AWS::SQS::Queue').find(({ ref }) => ref === url);
      const where = `${logicalId} (AWS::SQS::QueuePolicy)`;
      if (!queue) throw new StackError(`${where} belongs to ${url}, which is no queue of the template.`);
      const arn = queue.attributes.Arn ?? '';
      rules.set(arn, [...(rules.get(arn) ?? []), ...readRules(PolicyDocument, queue.logicalId, where)]);
    }
  }
  return rules;
}
