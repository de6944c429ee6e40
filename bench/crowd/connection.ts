import { Client } from 'undici';
import type { Answer, Message } from '../support/api.ts';

/** One visitor's connection, which stays open between requests. */
export interface Connection {
  send(method: string, path: string, message?: Message): Promise<Answer>;
  /** How often it was closed by the other side, or broke. */
  drops(): number;
  close(): Promise<void>;
}

export function openConnection(url: string): Connection {
  const client = new Client(url);
  let drops = 0;
  let isClosing = false;
  client.on('disconnect', () => {
    if (!isClosing) drops += 1;
  });
  return {
    send: async (method, path, { headers, body } = {}) => {
      const text = body === undefined ? null : JSON.stringify(body);
      const answer = await client.request({
        method: method as 'GET',
        path,
        headers: { ...headers, ...(text !== null && { 'content-type': 'application/json' }) },
        body: text,
      });
      const received = await answer.body.text();
      const isJson = received !== '' && /json/.test(String(answer.headers['content-type']));
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson ? JSON.parse(received) : received,
      };
    },
    drops: () => drops,
    close: async () => {
      isClosing = true;
      await client.close();
    },
  };
}
