import { matchesPattern } from '../pattern.ts';
import { StackError } from '../stack-error.ts';
import type { PolicyStatement } from './policy-schemas.ts';

/** What is known of a call beside its action and resource; a key that is missing is missing on AWS too. */
export type Context = Readonly<Partial<Record<ContextKey, string>>>;

const contextKeys = [
  'aws:SecureTransport',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:SourceArn',
  'aws:SourceAccount',
] as const;
export type ContextKey = (typeof contextKeys)[number];

export interface Condition {
  readonly key: ContextKey;
  readonly isMetBy: (value: string | undefined) => boolean;
}

type Compare = (value: string, wanted: string) => boolean;
const equal: Compare = (value, wanted) => value === wanted;
const equalInAnyCase: Compare = (value, wanted) => value.toLowerCase() === wanted.toLowerCase();
const like: Compare = (value, wanted) => matchesPattern(wanted, value);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, { readonly compare: Compare; readonly isNegated: boolean }>> = {
  StringEquals: { compare: equal, isNegated: false },
  StringNotEquals: { compare: equal, isNegated: true },
  StringLike: { compare: like, isNegated: false },
  StringNotLike: { compare: like, isNegated: true },
  ArnEquals: { compare: like, isNegated: false },
  ArnNotEquals: { compare: like, isNegated: true },
  ArnLike: { compare: like, isNegated: false },
  ArnNotLike: { compare: like, isNegated: true },
  Bool: { compare: equalInAnyCase, isNegated: false },
};
const ifExists = /IfExists$/;

/**
 * The conditions of a statement, all of which have to be met.
 *
 * @param where - the policy to name in an error.
 * @throws {StackError} naming an operator or a condition key that is not known.
 */
export function readConditions(statement: PolicyStatement, where: string): Condition[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([name, wantedByKey]) => {
    const operator = operators[name.replace(ifExists, '')];
    if (!operator) throw new StackError(`${where} has a condition ${name}, which the local stack does not know.`);
    return Object.entries(wantedByKey).map(([keyText, wanted]) => {
      const key = contextKeys.find((known) => known.toLowerCase() === keyText.toLowerCase());
      if (!key) throw new StackError(`${where} has a condition on ${keyText}, which the local stack does not know.`);
      // A key that is missing meets the negated operators, and all others only with IfExists.
      const withoutValue = operator.isNegated || ifExists.test(name);
      return {
        key,
        isMetBy: (value: string | undefined) =>
          value === undefined
            ? withoutValue
            : wanted.some((each) => operator.compare(value, each)) !== operator.isNegated,
      };
    });
  });
}

export function areMet(conditions: readonly Condition[], context: Context): boolean {
  return conditions.every(({ key, isMetBy }) => isMetBy(context[key]));
}
