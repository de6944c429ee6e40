import { StackError } from './stack-error.ts';

/** Finds a route as an HTTP API does: the most specific path wins, `$default` takes what nothing else does. */
export interface RouteTable<T> {
  /**
   * @param path - as it was sent, without the query.
   * @throws {URIError} where a path parameter is not well-formed percent-encoding.
   */
  match(method: string, path: string): RouteMatch<T> | undefined;
}
export interface RouteMatch<T> {
  readonly route: T;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

interface Pattern<T> {
  readonly route: T;
  readonly method: string;
  readonly segments: readonly Segment[];
}
type Segment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'parameter' | 'greedy'; readonly name: string };

const specificity = { static: 0, parameter: 1, greedy: 2 } as const;

/** @throws {StackError} where a route key is not one. */
export function routeTable<T extends { readonly routeKey: string }>(routes: readonly T[]): RouteTable<T> {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const patterns = routes.filter((route) => route !== fallback).map(parseRouteKey);
  const literal = new Map(
    patterns
      .filter(({ segments }) => segments.every(({ kind }) => kind === 'static'))
      .map(({ route }) => [route.routeKey, { route, pathParameters: undefined }] as const),
  );
  const ordered = patterns.toSorted(compare);
  const otherwise = fallback && { route: fallback, pathParameters: undefined };
  return {
    match: (method, path) => {
      const known = literal.get(`${method} ${path}`);
      if (known) return known;
      const segments = path.split('/').slice(1);
      const pattern = ordered.find((candidate) => fits(candidate, method, segments));
      return pattern ? { route: pattern.route, pathParameters: parametersOf(pattern, segments) } : otherwise;
    },
  };
}

function parseRouteKey<T extends { readonly routeKey: string }>(route: T): Pattern<T> {
  const [, method, path] = /^([A-Z]+) \/(\S*)$/.exec(route.routeKey) ?? [];
  if (method === undefined || path === undefined) {
    throw new StackError(`The route key "${route.routeKey}" is not one of an HTTP API.`);
  }
  const segments = path.split('/').map((text): Segment => {
    const [, name, plus] = /^\{([^+}]+)(\+?)\}$/.exec(text) ?? [];
    if (name === undefined) return { kind: 'static', text };
    return { kind: plus ? 'greedy' : 'parameter', name };
  });
  return { route, method, segments };
}

function compare(one: Pattern<unknown>, other: Pattern<unknown>): number {
  for (const [index, segment] of one.segments.entries()) {
    const opposite = other.segments[index];
    const difference = opposite ? specificity[segment.kind] - specificity[opposite.kind] : 0;
    if (difference !== 0) return difference;
  }
  return Number(one.method === 'ANY') - Number(other.method === 'ANY');
}

function fits(pattern: Pattern<unknown>, method: string, segments: readonly string[]): boolean {
  if (pattern.method !== method && pattern.method !== 'ANY') return false;
  const isGreedy = pattern.segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? segments.length < pattern.segments.length : segments.length !== pattern.segments.length) return false;
  return pattern.segments.every((segment, index) => {
    const text = segments[index] ?? '';
    return segment.kind === 'static' ? segment.text === text : text !== '';
  });
}

function parametersOf(pattern: Pattern<unknown>, segments: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.segments.entries()) {
    if (segment.kind === 'static') continue;
    const text = segment.kind === 'greedy' ? segments.slice(index).join('/') : (segments[index] ?? '');
    parameters[segment.name] = decodeURIComponent(text);
  }
  return parameters;
}
