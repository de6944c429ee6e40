import { DomainError, notFound } from '../domain/errors.ts';
import type { Fallback } from '../shared/http-handler.ts';
import { operations } from './contract.ts';

const paths = Map.groupBy(operations, (operation) => operation.path);
const routes = [...paths].map(([path, known]) => ({
  segments: path.split('/'),
  methods: known.map((operation) => operation.method),
}));

/**
 * Answers what reaches the `$default` route.
 *
 * @throws {DomainError} method-not-allowed where the path exists with other methods, else not-found.
 */
export const unknownRoute: Fallback = async (event) => {
  const method: string = event.requestContext.http.method;
  const allow = methodsOf(event.rawPath);
  if (allow.length === 0 || allow.includes(method)) throw notFound();
  throw new DomainError('method-not-allowed', `This path takes ${allow.join(', ')}, not ${method}.`, { allow });
};

function methodsOf(path: string): string[] {
  const segments = path.split('/');
  const methods = routes.flatMap((route) => (matches(route.segments, segments) ? route.methods : []));
  return [...new Set(methods)].sort();
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  );
}
