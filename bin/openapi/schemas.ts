import * as z from 'zod';
import type { CreateDocumentOptions } from 'zod-openapi';

type Override = Extract<NonNullable<CreateDocumentOptions['override']>, (...parameters: never[]) => unknown>;

/** Where the generated schema says less than the contract, more than a client should rely on, or the same twice. */
export const overrideSchema: Override = ({ jsonSchema, zodSchema, io }) => {
  const { def } = zodSchema._zod;
  // A query parameter is text that becomes a number: describe the number, with its bounds.
  if (def.type === 'pipe' && io === 'input' && coerces(def.in)) {
    const { $schema: _dialect, ...target } = z.toJSONSchema(def.out);
    Object.assign(jsonSchema, target);
  }
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // The format says it, and the calendar as a regular expression is no help to anybody.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  // Many validators compile patterns without Unicode classes. Lone surrogates, which JSON text cannot carry, are left out.
  if (typeof jsonSchema.pattern === 'string') {
    jsonSchema.pattern = jsonSchema.pattern.replaceAll('\\p{Cc}\\p{Cs}', '\\u0000-\\u001f\\u007f-\\u009f');
  }
  // Answers may gain fields; requests are strict.
  if (def.type === 'object' && io === 'output' && !def.catchall) delete jsonSchema.additionalProperties;
};

function coerces(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  return def.type === 'number' && 'coerce' in def && def.coerce === true;
}
