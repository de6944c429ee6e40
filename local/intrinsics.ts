import { StackError } from './stack-error.ts';

/** What the intrinsic functions of a template can ask for. */
export interface Scope {
  /** Value of `Ref` on a resource; undefined where there is no such resource. */
  ref(logicalId: string): unknown;
  /** Value of `Fn::GetAtt`; undefined where the resource or the attribute is not known. */
  attribute(logicalId: string, name: string): unknown;
  /** Values of `AWS::Region` and its like. */
  readonly pseudo: Readonly<Record<string, string>>;
}

type Node = Readonly<Record<string, unknown>>;
type Intrinsic = (argument: unknown, scope: Scope, where: string) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, where) => refer(String(argument), scope, where),
  'Fn::GetAtt': (argument, scope, where) => {
    const [logicalId, name] = typeof argument === 'string' ? splitOnce(argument) : (argument as [string, unknown]);
    return attributeOf(logicalId, String(resolveValue(name, scope, where)), scope, where);
  },
  'Fn::Join': (argument, scope, where) => {
    const [separator, parts] = argument as [string, unknown];
    return (resolveValue(parts, scope, where) as unknown[]).join(separator);
  },
  'Fn::Select': (argument, scope, where) => {
    const [index, list] = argument as [number | string, unknown];
    return (resolveValue(list, scope, where) as unknown[])[Number(index)];
  },
  'Fn::Split': (argument, scope, where) => {
    const [separator, text] = argument as [string, unknown];
    return String(resolveValue(text, scope, where)).split(separator);
  },
  'Fn::Sub': (argument, scope, where) => {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Node];
    return text.replace(/\$\{(!?)([^}]*)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in variables) return String(resolveValue(variables[name], scope, where));
      const [logicalId, attribute] = splitOnce(name);
      return String(attribute ? attributeOf(logicalId, attribute, scope, where) : refer(logicalId, scope, where));
    });
  },
};

/**
 * The value with every intrinsic function in it replaced by what it stands for.
 *
 * @param where - the resource and type to name in an error.
 * @throws {StackError} naming an intrinsic function, resource, attribute or parameter that is not known.
 */
export function resolveValue(value: unknown, scope: Scope, where: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveValue(item, scope, where)).filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && isIntrinsic(first[0])) {
    const intrinsic = intrinsics[first[0]];
    if (!intrinsic) throw new StackError(`${where} uses ${first[0]}, which the local stack does not know.`);
    return intrinsic(first[1], scope, where);
  }
  return Object.fromEntries(
    entries
      .map(([name, part]) => [name, resolveValue(part, scope, where)] as const)
      .filter(([, part]) => part !== undefined),
  );
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');
}

function refer(name: string, scope: Scope, where: string): unknown {
  // AWS::NoValue takes its property away; resolveValue drops what is undefined.
  if (name === 'AWS::NoValue') return undefined;
  const value = scope.pseudo[name] ?? scope.ref(name);
  if (value === undefined) throw new StackError(`${where} refers to ${name}, which the local stack does not know.`);
  return value;
}

function attributeOf(logicalId: string, name: string, scope: Scope, where: string): unknown {
  const value = scope.attribute(logicalId, name);
  if (value === undefined) {
    throw new StackError(`${where} asks for ${logicalId}.${name}, which the local stack does not know.`);
  }
  return value;
}

function splitOnce(text: string): [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
