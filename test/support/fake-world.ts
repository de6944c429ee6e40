import type { World } from '../../local/resource-types.ts';

/** What the local stack would give a template to resolve it with; ids are made of what they are for. */
export const fakeWorld: World = {
  region: 'us-east-1',
  accountId: '000000000000',
  stackName: 'Fake',
  apiUrl: 'http://127.0.0.1:3000',
  sqsUrl: 'http://127.0.0.1:4566',
  id: (purpose, length) => purpose.toLowerCase().padEnd(length, 'x').slice(0, length),
};
