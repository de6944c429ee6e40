import { z } from 'zod';
import { resolveValue, type Scope } from './intrinsics.ts';
import {
  type Identity,
  isKnownType,
  type PropertiesOf,
  type ResourceTypeName,
  resourceType,
  type World,
} from './resource-types.ts';
import { StackError } from './stack-error.ts';
import type { Template } from './synthesize.ts';

/** A resource with every intrinsic function in its properties resolved and its properties checked. */
export interface Resource<T extends ResourceTypeName> extends Identity {
  readonly logicalId: string;
  readonly type: T;
  readonly properties: PropertiesOf<T>;
}

/** A template that is fully understood. */
export interface ResolvedTemplate {
  of<T extends ResourceTypeName>(type: T): Resource<T>[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Sections that say nothing about what runs: who may deploy, and how a console sorts its form. */
const silentSections = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Rules'];

/**
 * Resolves a template.
 *
 * @throws {StackError} naming the first section, resource type, property or intrinsic function that is not known.
 */
export function resolveTemplate(template: Template, world: World): ResolvedTemplate {
  const { Resources, Outputs = {}, ...sections } = template;
  for (const section of Object.keys(sections)) {
    if (!silentSections.includes(section)) {
      throw new StackError(`The template has a section ${section}, which the local stack does not know.`);
    }
  }
  for (const [logicalId, { Type, Condition }] of Object.entries(Resources)) {
    if (!isKnownType(Type)) {
      throw new StackError(`${logicalId} is of type ${Type}, which the local stack does not know.`);
    }
    if (Condition) throw new StackError(`${logicalId} (${Type}) has a Condition, which the local stack does not know.`);
  }
  const scope = scopeOf(template, world);
  const resources = Object.entries(Resources).map(([logicalId, { Type, Properties = {} }]) => {
    const where = `${logicalId} (${Type})`;
    const type = Type as ResourceTypeName;
    const resolved = resolveValue(Properties, scope, where);
    return { logicalId, type, properties: check(type, resolved, where), ...scope.identity(logicalId) };
  });
  const outputs = Object.entries(Outputs).map(([name, { Value }]) => [
    name,
    resolveValue(Value, scope, `Output ${name}`),
  ]);
  return {
    of: <T extends ResourceTypeName>(type: T) =>
      resources.filter((resource) => resource.type === type) as unknown as Resource<T>[],
    outputs: Object.fromEntries(outputs),
  };
}

function check(type: ResourceTypeName, properties: unknown, where: string): unknown {
  const checked = resourceType(type).schema.safeParse(properties);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map((issue) =>
    [issue.path.join('.'), issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : issue.message]
      .filter(Boolean)
      .join(': '),
  );
  throw new StackError(`${where} has properties that the local stack does not understand: ${faults.join('; ')}.`);
}

/** Identities are made when they are first asked for, because a name may itself refer to other resources. */
function scopeOf(template: Template, world: World): Scope & { identity(logicalId: string): Identity | undefined } {
  const identities = new Map<string, Identity>();
  const identity = (logicalId: string): Identity | undefined => {
    const resource = template.Resources[logicalId];
    if (!resource || !isKnownType(resource.Type)) return undefined;
    const known = identities.get(logicalId);
    if (known) return known;
    const { identify, nameProperty, ownerProperty, defaultName } = resourceType(resource.Type);
    const given = nameProperty && resolveValue(resource.Properties?.[nameProperty], scope, logicalId);
    const name = z.string().optional().parse(given) ?? defaultName?.(world, logicalId, resource.Properties ?? {});
    const owner = ownerProperty && resolveValue(resource.Properties?.[ownerProperty], scope, logicalId);
    const made = identify(world, logicalId, name, String(owner ?? ''));
    identities.set(logicalId, made);
    return made;
  };
  const scope = {
    identity,
    ref: (logicalId: string) => identity(logicalId)?.ref,
    attribute: (logicalId: string, name: string) => identity(logicalId)?.attributes[name],
    pseudo: {
      'AWS::Region': world.region,
      'AWS::AccountId': world.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': world.stackName,
      'AWS::StackId': `arn:aws:cloudformation:${world.region}:${world.accountId}:stack/${world.stackName}/local`,
    },
  };
  return scope;
}
