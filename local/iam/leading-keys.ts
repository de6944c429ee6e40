/** A value as DynamoDB writes it, such as `{ "S": "text" }`. */
export type Value = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, Value>>;

/** The parts of a query that say which partition it reads. */
export interface QueryInput {
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
}

/** The key of a partition in the words of a policy: numbers as their digits, bytes as base64. */
export function textOf(value: Value): string | undefined {
  const [text] = [value.S, value.N, value.B].filter((each) => typeof each === 'string');
  return text;
}

/** The partition that a query reads: its condition has to say `=` about exactly one. */
export function leadingKeyOfQuery(input: QueryInput, partitionKey: string): string | undefined {
  const { KeyConditionExpression: expression = '' } = input;
  for (const [, name = '', placeholder = ''] of expression.matchAll(/([\w#.-]+)\s*=\s*(:\w+)/g)) {
    const value = input.ExpressionAttributeValues?.[placeholder];
    if ((input.ExpressionAttributeNames?.[name] ?? name) === partitionKey && value) return textOf(value);
  }
  return undefined;
}
