import { matchesPattern } from '../pattern.ts';
import { StackError } from '../stack-error.ts';
import type { PolicyStatement } from './policy-schemas.ts';

/**
 * What is known of a call beside its action and resource; a key that is missing is missing on AWS too. Keys that may
 * have several values have a list of them.
 */
export type Context = Readonly<Partial<Record<SingleKey, string> & Record<MultiKey, readonly string[]>>>;

const singleKeys = [
  'aws:SecureTransport',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:SourceArn',
  'aws:SourceAccount',
] as const;
type SingleKey = (typeof singleKeys)[number];
const multiKeys = ['dynamodb:LeadingKeys'] as const;
type MultiKey = (typeof multiKeys)[number];
const contextKeys = [...singleKeys, ...multiKeys];
export type ContextKey = SingleKey | MultiKey;

export interface Condition {
  readonly key: ContextKey;
  /** @param values - of the key; undefined where it is missing. */
  readonly isMetBy: (values: readonly string[] | undefined) => boolean;
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
const operatorName = /^(?:(?<set>ForAnyValue|ForAllValues):)?(?<base>\w+?)(?<ifExists>IfExists)?$/;

/**
 * The conditions of a statement, all of which have to be met.
 *
 * @param where - the policy to name in an error.
 * @throws {StackError} naming an operator or a condition key that is not known.
 */
export function readConditions(statement: PolicyStatement, where: string): Condition[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([name, wantedByKey]) => {
    const { set, base = '', ifExists } = operatorName.exec(name)?.groups ?? {};
    const operator = operators[base];
    if (!operator) throw new StackError(`${where} has a condition ${name}, which the local stack does not know.`);
    return Object.entries(wantedByKey).map(([keyText, wanted]) => {
      const key = contextKeys.find((known) => known.toLowerCase() === keyText.toLowerCase());
      if (!key) throw new StackError(`${where} has a condition on ${keyText}, which the local stack does not know.`);
      if (!set && isMultiKey(key)) {
        throw new StackError(`${where} has a condition ${name} on ${key}, which needs ForAnyValue or ForAllValues.`);
      }
      const fits = (value: string) => wanted.some((each) => operator.compare(value, each)) !== operator.isNegated;
      // Of a set no value fits where there is none, and all do. A single key that is missing meets the negated operators.
      const withoutValue = ifExists !== undefined || (set ? set === 'ForAllValues' : operator.isNegated);
      return {
        key,
        isMetBy: (values: readonly string[] = []) => {
          if (values.length === 0) return withoutValue;
          return set === 'ForAnyValue' ? values.some(fits) : values.every(fits);
        },
      };
    });
  });
}

export function areMet(conditions: readonly Condition[], context: Context): boolean {
  return conditions.every(({ key, isMetBy }) => {
    const value = context[key];
    return isMetBy(typeof value === 'string' ? [value] : value);
  });
}

/** Whether a condition is about what one call has and the next one has not, whoever makes them. */
export function isAboutCall({ key }: Condition): boolean {
  return isMultiKey(key);
}

function isMultiKey(key: ContextKey): key is MultiKey {
  return multiKeys.some((known) => known === key);
}
