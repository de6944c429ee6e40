export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the client sent may be anything; the database behind judges it. */
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

export const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(objectOf) : []);

export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
