import type { StackOutputs } from './outputs.ts';
import { sign } from './sigv4.ts';

/**
 * Asks the running API to create its demo data, as an administrator would. Events that are there stay as they are.
 *
 * @throws {Error} where the API does not answer 201 or 200.
 */
export async function loadDemoData({ apiUrl, region, adminAccessKeyId, adminSecretAccessKey }: StackOutputs) {
  const { host } = new URL(apiUrl);
  const path = '/admin/demo-data';
  const headers = await sign(
    { method: 'POST', path, queryString: '', headers: { host }, body: '' },
    { accessKeyId: adminAccessKeyId, secretAccessKey: adminSecretAccessKey },
    { region, service: 'execute-api', time: new Date() },
  );
  const answer = await fetch(`${apiUrl}${path}`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
}

interface EventsPage {
  readonly items: readonly {
    readonly eventId: string;
    readonly name: string;
    readonly tiers: readonly { readonly tierId: string; readonly available: number; readonly onSale: boolean }[];
  }[];
}

/**
 * One line for a shell with curl and sed that registers a person and books two tickets.
 *
 * @returns undefined where no event has tickets on sale.
 */
export async function firstBookingLine({ apiUrl, confirmationCode }: StackOutputs): Promise<string | undefined> {
  const answer = await fetch(`${apiUrl}/events?limit=20`);
  if (!answer.ok) throw new Error(`GET /events answered ${answer.status}: ${await answer.text()}`);
  const { items } = (await answer.json()) as EventsPage;
  const [choice] = items.flatMap(({ eventId, tiers }) =>
    tiers.filter(({ onSale, available }) => onSale && available >= 2).map(({ tierId }) => ({ eventId, tierId })),
  );
  if (!choice) return undefined;
  const person = { email: 'ada@example.com', password: 'correct horse battery staple' };
  const post = (path: string, body: object) =>
    `curl -s ${apiUrl}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return [
    `${post('/auth/register', { ...person, name: 'Ada' })} >/dev/null`,
    `${post('/auth/confirm', { email: person.email, code: confirmationCode })} >/dev/null`,
    `TOKEN=$(${post('/auth/login', person)} | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `${post('/bookings', { ...choice, quantity: 2 })} -H "authorization: Bearer $TOKEN"`,
  ].join('; ');
}
