import { StackError } from './stack-error.ts';

/**
 * Filters of pipes and patterns of rules, as far as both know the same operators.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */

type Json = null | boolean | number | string | Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };
type Matcher = (value: Json | undefined) => boolean;

/**
 * Makes a function of the text of a pattern.
 *
 * @param where - the resource and type to name in an error.
 * @throws {StackError} naming what in the pattern is not known, or would be refused on AWS.
 */
export function compilePattern(pattern: string, where: string): (event: object) => boolean {
  try {
    const matches = objectMatcher(readPattern(pattern), []);
    return (event) => matches(event as JsonObject);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new StackError(`${where} has the pattern ${pattern}, which is not understood: ${error.message}.`);
  }
}

class PatternFault extends Error {}

function readPattern(pattern: string): JsonObject {
  try {
    const json = JSON.parse(pattern) as Json;
    if (isObject(json)) return json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PatternFault('it is no JSON object');
}

function objectMatcher(pattern: JsonObject, path: readonly string[]): Matcher {
  const { $or: alternatives, ...rest } = pattern;
  const fields = Object.entries(rest).map(([name, part]) => [name, fieldMatcher(part, [...path, name])] as const);
  const either = alternatives === undefined ? [] : [orMatcher(alternatives, path)];
  if (fields.length + either.length === 0) throw new PatternFault(`${path.join('.') || 'the pattern'} is empty`);
  const matches = (value: JsonObject) =>
    fields.every(([name, matcher]) => matcher(value[name])) && either.every((matcher) => matcher(value));
  return (value) => {
    if (!Array.isArray(value)) return matches(isObject(value) ? value : {});
    // One of the objects in a list has to match as a whole.
    const objects = value.filter(isObject);
    return objects.length > 0 ? objects.some(matches) : matches({});
  };
}

/**
 * One of several patterns of the same object, besides what stands next to them.
 *
 * @see https://github.com/aws/event-ruler#and-and-or-relationship-among-fields-with-ruler
 */
function orMatcher(alternatives: Json, path: readonly string[]): Matcher {
  const where = path.join('.') || 'the pattern';
  // Anything else AWS takes for a field that is called $or, which no event has.
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isObject)) {
    throw new PatternFault(`$or of ${where} takes two or more objects`);
  }
  const [reserved] = alternatives.flatMap(Object.keys).filter((name) => Object.hasOwn(operators, name));
  if (reserved) throw new PatternFault(`$or of ${where} has the operator ${reserved} in place of a field`);
  const matchers = alternatives.map((alternative) => objectMatcher(alternative, path));
  return (value) => matchers.some((matches) => matches(value));
}

function fieldMatcher(part: Json, path: readonly string[]): Matcher {
  const name = path.at(-1) ?? '';
  if (name.startsWith('$')) throw new PatternFault(`${name} is not known`);
  if (isObject(part)) return objectMatcher(part, path);
  if (!Array.isArray(part)) throw new PatternFault(`${path.join('.')} is neither an object nor a list of alternatives`);
  if (part.length === 0) throw new PatternFault(`${path.join('.')} has no alternatives`);
  const alternatives = part.map((alternative) => alternativeMatcher(alternative, path));
  return (value) => alternatives.some((matches) => matches(value));
}

function alternativeMatcher(alternative: Json, path: readonly string[]): Matcher {
  if (!isObject(alternative)) {
    if (Array.isArray(alternative)) throw new PatternFault(`${path.join('.')} has a list among its alternatives`);
    return anyLeaf((leaf) => leaf === alternative);
  }
  const [[operator, operand] = [], second] = Object.entries(alternative);
  if (operator === undefined || second) throw new PatternFault(`${path.join('.')} needs exactly one operator in {}`);
  const make = operators[operator];
  if (!make) throw new PatternFault(`the operator ${operator} of ${path.join('.')} is not known`);
  return make(operand as Json, path);
}

const operators: Readonly<Record<string, (operand: Json, path: readonly string[]) => Matcher>> = {
  prefix: (operand, path) => {
    if (typeof operand !== 'string') throw new PatternFault(`the prefix of ${path.join('.')} is no text`);
    return anyLeaf((leaf) => typeof leaf === 'string' && leaf.startsWith(operand));
  },
  // Only leaves exist: for an object, exists is false whether it is there or not.
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw new PatternFault(`exists of ${path.join('.')} is neither true nor false`);
    return (value) => leavesOf(value).length > 0 === operand;
  },
  // Without operators in it, which rules know and pipes do not.
  'anything-but': (operand, path) => {
    const excluded = Array.isArray(operand) ? operand : [operand];
    if (excluded.length === 0 || !excluded.every((value) => ['string', 'number'].includes(typeof value))) {
      throw new PatternFault(`anything-but of ${path.join('.')} takes texts and numbers`);
    }
    return anyLeaf((leaf) => !excluded.includes(leaf));
  },
  numeric: (operand, path) => {
    // It would never match, here and on AWS.
    if (path.at(-1) === 'N')
      throw new PatternFault(`numbers of DynamoDB are texts, so ${path.join('.')} is not numeric`);
    const bounds = Array.isArray(operand) ? readBounds(operand) : undefined;
    if (!bounds) throw new PatternFault(`numeric of ${path.join('.')} takes one or two comparisons such as [">", 0]`);
    return anyLeaf((leaf) => typeof leaf === 'number' && bounds.every((isWithin) => isWithin(leaf)));
  },
};

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

function readBounds(operand: Json[]): ((value: number) => boolean)[] | undefined {
  if (operand.length !== 2 && operand.length !== 4) return undefined;
  const bounds: ((value: number) => boolean)[] = [];
  for (let place = 0; place < operand.length; place += 2) {
    const compare = comparisons[String(operand[place])];
    const bound = operand[place + 1];
    if (!compare || typeof bound !== 'number') return undefined;
    bounds.push((value) => compare(value, bound));
  }
  return bounds;
}

function anyLeaf(matches: (leaf: Json) => boolean): Matcher {
  return (value) => leavesOf(value).some(matches);
}

/** A list stands for each of its members. */
function leavesOf(value: Json | undefined): Json[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? value.flatMap(leavesOf) : [value];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
