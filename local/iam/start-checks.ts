import { StackError } from '../stack-error.ts';
import type { ResolvedTemplate, Resource } from '../template.ts';
import { deploymentNeeds } from './deployment-needs.ts';
import { type Caller, decide } from './evaluate.ts';
import type { Policies, RoleCaller } from './policies.ts';
import { type Access, nameOf, type Rule } from './policy-rules.ts';

/** Something that AWS itself does for a resource of the template, with the rights of a role or a service. */
export interface Need {
  /** The resource for which it is done, such as `Pipe (AWS::Pipes::Pipe)`. */
  readonly where: string;
  readonly caller: Caller;
  readonly access: Access;
}

/**
 * What AWS has to be allowed so that the functions, mappings and pipes of a template run: to take on their roles, read
 * streams and queues, send messages, write logs and traces. None of it is a call that the code makes.
 *
 * @throws {StackError} where a role is not in the template.
 */
export function needsOf(template: ResolvedTemplate, policies: Policies, accountId: string): Need[] {
  return [
    ...template.of('AWS::Lambda::Function').flatMap((resource) => functionNeeds(resource, policies)),
    ...template.of('AWS::Lambda::EventSourceMapping').flatMap((resource) => mappingNeeds(resource, template, policies)),
    ...template.of('AWS::Pipes::Pipe').flatMap((resource) => pipeNeeds(resource, policies, accountId)),
    ...template.of('AWS::Events::Rule').flatMap((resource) => ruleNeeds(resource, policies)),
    ...deploymentNeeds(template, policies),
  ];
}

/**
 * Checks needs.
 *
 * @param without - rights, by `nameOf`, that count as not given.
 * @returns the rights by which they are met.
 * @throws {StackError} naming the first right that is missing: AWS refuses to deploy some of these, and does nothing
 *   without the others.
 */
export function checkNeeds(
  needs: readonly Need[],
  policies: Policies,
  without: ReadonlySet<string> = new Set(),
): Rule[] {
  const isGiven = (rule: Rule) => !without.has(nameOf(rule));
  return needs.flatMap(({ where, caller, access }) => {
    const ofResource = policies.rulesOf(access.resource).filter(isGiven);
    const decision = decide(access, { ...caller, rules: caller.rules.filter(isGiven) }, ofResource);
    if (!decision.isAllowed) {
      throw new StackError(`${where} needs the right to ${access.action} on ${access.resource}${decision.reason}.`);
    }
    return decision.because;
  });
}

function functionNeeds(
  { logicalId, ref: name, attributes, properties }: Resource<'AWS::Lambda::Function'>,
  policies: Policies,
) {
  const where = `${logicalId} (AWS::Lambda::Function)`;
  const caller = policies.callerOf(properties.Role, where);
  const group = properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  const logs = `${(attributes.Arn ?? '').replace(/:lambda:(.*):function:.*/, ':logs:$1')}:log-group:${group}`;
  const traces =
    properties.TracingConfig?.Mode === 'Active' ? ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] : [];
  return [
    trustNeed(where, caller, 'lambda.amazonaws.com', {}),
    ...logNeeds(where, caller, logs),
    ...traces.map((action) => ({ where, caller, access: { action, resource: '*' } })),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
function mappingNeeds(
  { logicalId, properties }: Resource<'AWS::Lambda::EventSourceMapping'>,
  template: ResolvedTemplate,
  policies: Policies,
): Need[] {
  const where = `${logicalId} (AWS::Lambda::EventSourceMapping)`;
  const target = template
    .of('AWS::Lambda::Function')
    .find(({ ref, attributes }) => [ref, attributes.Arn].includes(properties.FunctionName));
  // Whoever starts the mapping says so.
  if (!target) return [];
  const caller = policies.callerOf(target.properties.Role, where);
  return ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => ({
    where,
    caller,
    access: { action, resource: properties.EventSourceArn },
  }));
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html */
function pipeNeeds(
  { logicalId, attributes, properties }: Resource<'AWS::Pipes::Pipe'>,
  policies: Policies,
  accountId: string,
) {
  const where = `${logicalId} (AWS::Pipes::Pipe)`;
  const caller = policies.callerOf(properties.RoleArn, where);
  const { DeadLetterConfig: deadLetters } = properties.SourceParameters.DynamoDBStreamParameters;
  const log = properties.LogConfiguration?.CloudwatchLogsLogDestination?.LogGroupArn;
  const needOf = (action: string, resource: string): Need => ({ where, caller, access: { action, resource } });
  return [
    trustNeed(where, caller, 'pipes.amazonaws.com', {
      'aws:SourceAccount': accountId,
      'aws:SourceArn': attributes.Arn ?? '',
    }),
    ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((action) =>
      needOf(`dynamodb:${action}`, properties.Source),
    ),
    needOf(sendActionOf(properties.Target), properties.Target),
    ...(deadLetters ? [needOf('sqs:SendMessage', deadLetters.Arn)] : []),
    ...(log ? logNeeds(where, caller, log.replace(/:\*$/, '')) : []),
  ];
}

/** A rule of EventBridge, as far as it sends something. */
export interface Sender {
  readonly logicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly properties: {
    readonly Targets: readonly {
      readonly Arn: string;
      readonly DeadLetterConfig?: { readonly Arn: string } | undefined;
    }[];
  };
}

/**
 * EventBridge has no role for queues: the policy of the queue lets a rule in.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
 */
export function ruleNeeds({ logicalId, attributes, properties }: Sender, policies: Policies): Need[] {
  const caller = policies.serviceCaller('events.amazonaws.com', attributes.Arn ?? '');
  return properties.Targets.flatMap(({ Arn: target, DeadLetterConfig: deadLetters }) =>
    [target, ...(deadLetters ? [deadLetters.Arn] : [])].map((resource) => ({
      where: `${logicalId} (AWS::Events::Rule)`,
      caller,
      access: { action: 'sqs:SendMessage', resource },
    })),
  );
}

/** How a message gets to a target with this ARN. */
function sendActionOf(targetArn: string): string {
  return targetArn.split(':')[2] === 'events' ? 'events:PutEvents' : 'sqs:SendMessage';
}

function logNeeds(where: string, caller: Caller, groupArn: string): Need[] {
  const resource = `${groupArn}:log-stream:local`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    where,
    caller,
    access: { action, resource },
  }));
}

/** The service has to be allowed to take on the role, by the role's own policy. */
export function trustNeed(
  where: string,
  { role, trust }: RoleCaller,
  service: string,
  source: Caller['context'],
): Need {
  const resource = role.attributes.Arn ?? '';
  // A trust policy names no resource, because it belongs to one.
  const rules = trust.filter(({ principal }) => principal?.Service?.includes(service));
  return { where, caller: { names: {}, rules, context: source }, access: { action: 'sts:AssumeRole', resource } };
}
