import type { Person } from './client.ts';
import { eventually } from './eventually.ts';
import type { TestStack } from './stack.ts';

export interface SentEmail {
  readonly from: string;
  readonly destination: { readonly to: readonly string[] };
  readonly subject: string;
  readonly body: { readonly text: string };
}

/** The emails that a person was sent, oldest first. */
export async function emailsTo({ stack }: TestStack, { email }: Person): Promise<SentEmail[]> {
  const answer = await fetch(`${stack.outputs.inboxUrl}/store`);
  const { emails } = (await answer.json()) as { emails: SentEmail[] };
  return emails.filter(({ destination }) => destination.to.includes(email));
}

/** What a person's list shows, newest first. */
export async function notificationsOf(api: TestStack, { accessToken }: Person) {
  const { status, json } = await api.call('GET', '/notifications?limit=100', { token: accessToken });
  if (status !== 200) throw new Error(`GET /notifications answered ${status}`);
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  return json as { items: any[]; unread: number };
}

/** Resolves when the person has been told these kinds of news, newest first, and of nothing else. */
export async function untilTold(api: TestStack, person: Person, kinds: readonly string[]) {
  await eventually(async () => {
    const { items } = await notificationsOf(api, person);
    const told = items.map(({ kind }) => kind);
    if (told.join() !== kinds.join()) throw new Error(`told of ${told.join()}, not ${kinds.join()}`);
  });
}
