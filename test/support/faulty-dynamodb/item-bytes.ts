import { type Json, objectOf } from './json.ts';

/**
 * Bytes of an item in DynamoDB's JSON, as DynamoDB counts them.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Json): number {
  let sum = 0;
  for (const [name, value] of Object.entries(item)) sum += Buffer.byteLength(name) + valueBytes(objectOf(value));
  return sum;
}

function valueBytes(value: Json): number {
  const [type, content] = Object.entries(value)[0] ?? [];
  if (type === 'S') return Buffer.byteLength(String(content));
  if (type === 'N') return numberBytes(String(content));
  if (type === 'B') return Buffer.byteLength(String(content), 'base64');
  if (type === 'M') return 3 + Object.keys(objectOf(content)).length + itemBytes(objectOf(content));
  if (!Array.isArray(content)) return 1;
  if (type === 'L') return content.reduce((sum: number, entry) => sum + 1 + valueBytes(objectOf(entry)), 3);
  const elementType = String(type).charAt(0);
  return content.reduce((sum: number, entry) => sum + valueBytes({ [elementType]: entry }), 0);
}

/** One byte for two significant digits, one more for the number, one more below zero. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
