import type { DataStore } from 'cognito-local/lib/services/dataStore/dataStore.js';

interface User {
  readonly Attributes?: readonly { readonly Name: string; readonly Value?: string }[];
}

/**
 * cognito-local saves a user whole with each sign-in: one that began before the user was deleted would bring them back.
 * On AWS who is deleted stays deleted, and so they do here.
 */
export function withoutReturn<T extends DataStore>(store: T): T {
  const deleted = new Set<string>();
  return {
    ...store,
    set: async <V>(context: Parameters<T['set']>[0], key: string | string[], value: V) => {
      if (isUser(key) && deleted.has(subOf(value as User) ?? '')) return;
      await store.set(context, key, value);
    },
    delete: async (context, key) => {
      const sub = isUser(key) && subOf(await store.get<User>(context, key, {}));
      if (sub) deleted.add(sub);
      await store.delete(context, key);
    },
  };
}

const isUser = (key: string | string[]) => Array.isArray(key) && key.length === 2 && key[0] === 'Users';
const subOf = ({ Attributes = [] }: User) => Attributes.find(({ Name }) => Name === 'sub')?.Value;
