import { matchesPattern } from '../pattern.ts';
import { StackError } from '../stack-error.ts';
import { type Condition, type Context, readConditions } from './conditions.ts';
import type { PolicyDocument } from './policy-schemas.ts';

/** One action on one resource that a policy allows or denies; both are patterns. */
export interface Rule {
  /** Logical id of the role or the resource that the policy belongs to. */
  readonly owner: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly Condition[];
  /** Whom a policy of a resource speaks of; missing in the policies of a role. */
  readonly principal?: {
    readonly AWS?: readonly string[] | undefined;
    readonly Service?: readonly string[] | undefined;
  };
}

/** Somebody who wants something. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  /** What only this call is known by, beside what is known of the caller. */
  readonly context?: Context;
}

/**
 * Takes a policy apart.
 *
 * @param where - the policy to name in an error.
 * @throws {StackError} naming what cannot be evaluated here.
 */
export function readRules(document: PolicyDocument, owner: string, where: string): Rule[] {
  return document.Statement.flatMap((statement) => {
    for (const element of ['NotAction', 'NotResource', 'NotPrincipal'] as const) {
      if (statement[element] !== undefined) {
        throw new StackError(`${where} uses ${element}, which the local stack does not know.`);
      }
    }
    const { Effect: effect, Action: actions = [], Resource: resources = ['*'], Principal: principal } = statement;
    if (JSON.stringify([actions, resources]).includes('${')) {
      throw new StackError(`${where} uses policy variables, which the local stack does not know.`);
    }
    const account = principal?.AWS?.find((name) => name !== '*' && !/:(?:role|user)\//.test(name));
    if (account) throw new StackError(`${where} names all of ${account}, which the local stack does not know.`);
    const conditions = readConditions(statement, where);
    return actions.flatMap((action) =>
      resources.map((resource) => ({
        owner,
        effect,
        action,
        resource,
        conditions,
        ...(principal && { principal }),
      })),
    );
  });
}

/** Whether a rule is about the action and the resource; its conditions, and whom it speaks of, are other questions. */
export function covers(rule: Rule, { action, resource }: Access): boolean {
  return matchesPattern(rule.action.toLowerCase(), action.toLowerCase()) && matchesPattern(rule.resource, resource);
}

/** A name for a rule that stays the same as long as its policy does. */
export function nameOf({ owner, effect, action, resource }: Rule): string {
  return `${owner}: ${effect === 'Deny' ? 'never ' : ''}${action} on ${resource}`;
}
