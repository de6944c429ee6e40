import { type ContractOperation, operationList } from './operation-list.ts';

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

function fits(template: string, path: string): boolean {
  const [wanted, segments] = [segmentsOf(template), segmentsOf(path)];
  return (
    wanted.length === segments.length &&
    wanted.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  );
}

/** A fixed segment goes before a parameter, from left to right. */
const rank = (path: string): string =>
  segmentsOf(path)
    .map((part) => (part.startsWith('{') ? '1' : '0'))
    .join('');

/** Which operation a request is for, as the contract says; undefined where it is for none. */
export function operationAt(method: string, rawPath: string): ContractOperation | undefined {
  const [path = ''] = rawPath.split('?');
  return operationList
    .filter((operation) => operation.method === method && fits(operation.path, path))
    .sort((one, other) => (rank(one.path) < rank(other.path) ? -1 : 1))[0];
}

/** Methods that a path takes, in the order of `Allow`. */
export function methodsAt(rawPath: string): string[] {
  const [path = ''] = rawPath.split('?');
  const methods = operationList.filter((operation) => fits(operation.path, path)).map(({ method }) => method);
  return [...new Set(methods)].sort();
}
