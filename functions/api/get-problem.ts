import type { ErrorCode } from '../domain/errors.ts';
import { notFound } from '../domain/errors.ts';
import { problems } from './problems.ts';
import type { Handler } from './request.ts';

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(problems, code);

/** @throws {DomainError} not-found for a code that no answer carries. */
export const getProblem: Handler<'getProblem'> = async ({ params: { code } }) => {
  if (!isErrorCode(code)) throw notFound();
  return { status: 200, body: { code, ...problems[code] } };
};
