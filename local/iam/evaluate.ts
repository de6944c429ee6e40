import { areMet, type Context } from './conditions.ts';
import { type Access, covers, type Rule } from './policy-rules.ts';

/** Who wants something, as far as policies can tell. */
export interface Caller {
  /** Names under which a policy of a resource may speak of the caller: its ARN, or a service. */
  readonly names: { readonly AWS?: readonly string[]; readonly Service?: readonly string[] };
  /** From the policies of the caller itself. */
  readonly rules: readonly Rule[];
  readonly context: Context;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** The rules without which the answer would be another one. */
  readonly because: readonly Rule[];
  /** The end of the sentence in which AWS refuses; empty where it does not. */
  readonly reason: string;
}

/**
 * Decides as IAM does within one account: an explicit denial outranks everything, then one permission is enough,
 * be it from a policy of the caller or of the resource.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(access: Access, caller: Caller, ofResource: readonly Rule[]): Decision {
  const context = { ...caller.context, ...access.context };
  const isAbout = (rule: Rule) => covers(rule, access) && areMet(rule.conditions, context);
  const own = caller.rules.filter(isAbout);
  const others = ofResource.filter((rule) => speaksOf(rule, caller) && isAbout(rule));
  for (const [rules, kind] of [
    [own, 'an identity-based'],
    [others, 'a resource-based'],
  ] as const) {
    const denials = rules.filter(({ effect }) => effect === 'Deny');
    if (denials.length > 0) {
      return { isAllowed: false, because: denials, reason: ` with an explicit deny in ${kind} policy` };
    }
  }
  const because = [...own, ...others];
  // A service without a role has no policies of its own.
  const missing = caller.names.Service ? 'resource-based' : 'identity-based';
  const reason = because.length > 0 ? '' : ` because no ${missing} policy allows the ${access.action} action`;
  return { isAllowed: because.length > 0, because, reason };
}

function speaksOf({ principal = {} }: Rule, { names }: Caller): boolean {
  const isNamed = (wanted: readonly string[] = [], known: readonly string[] = []) =>
    known.some((name) => wanted.includes(name) || wanted.includes('*'));
  return isNamed(principal.AWS, names.AWS) || isNamed(principal.Service, names.Service);
}
