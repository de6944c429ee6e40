import type { AnyOperationText } from '../../functions/api/docs/operation-text.ts';

/** Path and query parameters, by name: their schemas are shared, so the words are kept here. */
const descriptions: Readonly<Record<string, string>> = {
  asset: 'Name of the file.',
  code: 'Code of the error.',
  eventId: 'Id of the event.',
  tierId: 'Id of the tier.',
  bookingId: 'Id of the booking.',
  notificationId: 'Id of the notification.',
  userId: 'Id of the user.',
  limit: 'Most items on a page.',
  cursor: 'Where the page starts: `nextCursor` of the page before, with the same filters.',
  status: 'Only those in this state.',
  q: 'Words to look for in name, description, venue and city; all of them must occur.',
  category: 'Only this category, in any case.',
  city: 'Only this city, in any case.',
  from: 'Only what starts at this time or later. Default: now.',
  to: 'Only what starts before this time.',
};

/**
 * Adds the words and the operation's example to a parameter. What may be left out has its example in the words: the
 * form of the docs page would send it otherwise.
 */
export function describeParameter(
  parameter: { name: string; in: string; schema?: unknown },
  text: AnyOperationText,
): void {
  const examples: Readonly<Record<string, unknown>> = { ...text.params, ...text.query };
  const example = examples[parameter.name];
  const description = text.parameters?.[parameter.name] ?? descriptions[parameter.name];
  if (!description || example === undefined) {
    throw new Error(`the parameter ${parameter.name} has no description or no example: ${text.summary}`);
  }
  if (parameter.in === 'path') {
    Object.assign(parameter, { description, example });
    return;
  }
  const { example: _example, ...schema } = (parameter.schema ?? {}) as { example?: unknown; default?: unknown };
  const words = parameter.name === 'cursor' || schema.default === example ? '' : ` Example: \`${example}\`.`;
  Object.assign(parameter, { description: description + words, schema });
}
