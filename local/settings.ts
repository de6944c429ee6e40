import { StackError } from './stack-error.ts';

/** What the environment of `npm start` can say. */
export interface Settings {
  readonly port: number;
  readonly dataDir: string;
  readonly dynamodbEndpoint?: string;
  readonly maxInstances?: number;
}

/** @throws {StackError} where a variable is not a number that can be used. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { PORT = '3000', EVENTLY_DATA, DYNAMODB_ENDPOINT, EVENTLY_INSTANCES } = environment;
  return {
    port: readInteger('PORT', PORT, { min: 0, max: 65_535 }),
    dataDir: EVENTLY_DATA || '.evently',
    ...(DYNAMODB_ENDPOINT && { dynamodbEndpoint: DYNAMODB_ENDPOINT }),
    ...(EVENTLY_INSTANCES && {
      maxInstances: readInteger('EVENTLY_INSTANCES', EVENTLY_INSTANCES, { min: 1, max: 100 }),
    }),
  };
}

function readInteger(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max && text.trim() !== '') return value;
  throw new StackError(`${name} is "${text}", but has to be a whole number from ${min} to ${max}.`);
}
