import { createVirtualClock } from './clocks.ts';
import { createFaultyDynamoDb } from './faulty-dynamodb.ts';
import type { Json } from './json.ts';
import { seededRandom } from './seeded-random.ts';
import { type DynamoRequest, type DynamoResponse, type Faults, healthy, lost } from './types.ts';

/** An engine in virtual time before a database that only notes what it is asked. */
export function withVirtualTime(faults: Partial<Faults> = {}, seed = 1) {
  const clock = createVirtualClock();
  const forwarded: { at: number; request: DynamoRequest }[] = [];
  let reply: (request: DynamoRequest) => DynamoResponse = () => ({ status: 200, body: {} });
  const engine = createFaultyDynamoDb({
    forward: async (request) => {
      forwarded.push({ at: clock.now(), request });
      return reply(request);
    },
    random: seededRandom(seed),
    clock,
    faults,
  });
  return {
    engine,
    clock,
    forwarded,
    replyWith: (answer: (request: DynamoRequest) => DynamoResponse) => {
      reply = answer;
    },
    /** Sends a request. @returns what became of it so far */
    send(operation: string, body: Json) {
      const sent: { answer?: string; body?: Json; at?: number } = {};
      engine.handle({ operation, body, headers: {} }).then(
        (answer) => {
          sent.at = clock.now();
          if (answer === lost) sent.answer = 'lost';
          else {
            sent.answer = String(answer.body.__type ?? answer.status).replace(/^.*#/, '');
            sent.body = answer.body;
          }
        },
        (error: unknown) => {
          sent.answer = String(error);
        },
      );
      return sent;
    },
  };
}

export const always = (name: keyof Faults['probabilities']): Pick<Faults, 'probabilities'> => ({
  probabilities: { ...healthy.probabilities, [name]: 1 },
});

const keyOf = (pk: string, sk = 'S') => ({ pk: { S: pk }, sk: { S: sk } });
export const get = (pk: string) => ({ TableName: 'table', Key: keyOf(pk) });
export const put = (pk: string, attributes: Json = {}) => ({
  TableName: 'table',
  Item: { ...keyOf(pk), ...attributes },
});
export const update = (pk: string, expression = 'ADD n :n', values: Json = { ':n': { N: '1' } }) => ({
  TableName: 'table',
  Key: keyOf(pk),
  UpdateExpression: expression,
  ExpressionAttributeValues: values,
});
export const updates = (...keys: string[]) => ({ TransactItems: keys.map((pk) => ({ Update: update(pk) })) });
export const inIndex = (gsi1pk: string) => ({ gsi1pk: { S: gsi1pk }, gsi1sk: { S: '1' } });
export const textOfBytes = (bytes: number) => ({ text: { S: 'x'.repeat(bytes) } });
