import type * as z from 'zod';
import type { Operation, Schema } from '../operation.ts';

type Input<S> = S extends Schema ? z.input<S> : never;
type Field<O, Key extends keyof Operation, Name extends string> =
  O extends Readonly<Record<Key, infer S extends Schema>> ? { readonly [N in Name]: Input<S> } : unknown;

/** A success: what it means, and an example of its JSON body where it has one. */
export type AnswerText<S> = { readonly description: string; readonly location?: string } & (S extends Schema
  ? { readonly example: Input<S> }
  : { readonly example?: string });

/**
 * What the reference says of an operation. Every part of its request and every success needs an example: a missing one
 * does not compile, and a test parses each with the contract's schema.
 */
export type OperationText<O extends Operation> = {
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  /** Words for parameters that mean something else than elsewhere. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly answers: { readonly [Status in keyof O['success']]: AnswerText<O['success'][Status]> };
} & Field<O, 'params', 'params'> &
  Field<O, 'query', 'query'> &
  Field<O, 'body', 'body'>;

/** The text of any operation, for code that treats all alike. */
export interface AnyOperationText {
  readonly summary: string;
  readonly description: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
  readonly answers: Readonly<Record<number, AnyAnswerText>>;
}
export interface AnyAnswerText {
  readonly description: string;
  readonly location?: string;
  readonly example?: unknown;
}
