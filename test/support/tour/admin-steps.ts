import { setTimeout as wait } from 'node:timers/promises';
import { nameOf } from '../../../local/iam/policy-rules.ts';
import { eventBody, tierBody } from '../factories.ts';
import type { Step } from './tour.ts';
import { so } from './until.ts';

/** What administrators and operators ask for. */

const key = () => ({ 'idempotency-key': `tour-${Math.random()}` });
const userBody = (email: string) => ({ email, password: 'correct horse battery staple', name: 'Alan Turing' });

export const adminSteps: readonly Step[] = [
  {
    name: 'getReadiness',
    by: 'system',
    prepare: async ({ expect }) => {
      // An instance repeats for a second what it knows.
      await wait(1_100);
      return () => expect(200, 'GET /health/ready');
    },
  },
  {
    name: 'createEventAsAdmin',
    by: 'admin',
    prepare:
      async ({ asAdmin }) =>
      () =>
        asAdmin(201, 'POST /admin/events', eventBody(), key()),
  },
  {
    name: 'updateEventAsAdmin',
    by: 'admin',
    prepare: async ({ asAdmin }) => {
      const { json, headers } = await asAdmin(201, 'POST /admin/events', eventBody());
      const tiers = [tierBody({ price: 5_000, capacity: 600 })];
      const match = { 'if-match': headers.get('etag') };
      return () => asAdmin(200, `PATCH /admin/events/${json.eventId}`, { tiers }, match);
    },
  },
  {
    name: 'deleteEventAsAdmin',
    by: 'admin',
    prepare: async ({ asAdmin, event }) => {
      const eventId = await event();
      return () => asAdmin(204, `DELETE /admin/events/${eventId}`);
    },
  },
  {
    name: 'listAllEvents',
    by: 'admin',
    prepare: async ({ asAdmin, event }) => {
      await event();
      return () => asAdmin(200, 'GET /admin/events');
    },
  },
  {
    name: 'listEventWaitlistAsAdmin',
    by: 'admin',
    prepare: async ({ asAdmin, event }) => {
      const eventId = await event();
      return () => asAdmin(200, `GET /admin/events/${eventId}/waitlist`);
    },
  },
  {
    name: 'getAnalytics',
    by: 'admin',
    prepare:
      async ({ asAdmin }) =>
      () =>
        asAdmin(200, 'GET /admin/analytics'),
  },
  {
    name: 'listUsers',
    by: 'admin',
    prepare:
      async ({ asAdmin }) =>
      () =>
        asAdmin(200, 'GET /admin/users'),
  },
  {
    name: 'createUser',
    by: 'admin',
    prepare: async ({ asAdmin, uniqueEmail }) => {
      const body = { ...userBody(uniqueEmail()), roles: ['organizers'] };
      return () => asAdmin(201, 'POST /admin/users', body);
    },
  },
  {
    name: 'createUser, again after it failed half-way',
    by: 'admin',
    prepare: async ({ api, asAdmin, uniqueEmail, guard }) => {
      const body = userBody(uniqueEmail());
      const rights = api.stack.iam.principals.flatMap(({ caller }) => caller.rules.map(nameOf));
      const setPassword = rights.filter((name) => name.includes('AdminSetUserPassword'));
      return async () => {
        const others = guard.without([]);
        guard.without([...others, ...setPassword]);
        await asAdmin(500, 'POST /admin/users', body);
        guard.without(others);
        await asAdmin(201, 'POST /admin/users', body);
      };
    },
  },
  {
    name: 'getUser',
    by: 'admin',
    prepare: async ({ asAdmin, buyer }) => {
      return () => asAdmin(200, `GET /admin/users/${buyer.userId}`);
    },
  },
  {
    name: 'deleteUser',
    by: 'admin',
    prepare: async ({ api, asAdmin }) => {
      const { userId } = await api.registerUser();
      return () => asAdmin(202, `DELETE /admin/users/${userId}`);
    },
  },
  {
    name: 'listAuditTrail',
    by: 'admin',
    prepare: async ({ asAdmin, event }) => {
      const eventId = await event();
      return () => asAdmin(200, `GET /admin/audit?entity=${eventId}`);
    },
  },
  {
    name: 'dead letters of every queue are seen and go back',
    by: 'admin',
    prepare: async ({ asAdmin, send }) => {
      const { json } = await asAdmin(200, 'GET /admin/dead-letters');
      const queues: string[] = json.items.flatMap((item: { kind: string; queue: string }) =>
        item.kind === 'rules' ? [] : [item.queue],
      );
      for (const queue of queues) {
        // Of what kind it is does not matter to who moves it; no worker can read it.
        await send(new RegExp(`^${queue.replaceAll('-', '')}DeadLetters`, 'i'), { queue });
      }
      return async () => {
        await asAdmin(200, 'GET /admin/dead-letters');
        for (const queue of queues) {
          const { json: moved } = await asAdmin(202, 'POST /admin/dead-letters/redrive', { queue });
          so(moved.redriven > 0, `${queue} had a dead letter`);
        }
      };
    },
  },
  {
    name: 'a change that a queue did not take goes there',
    by: 'admin',
    prepare: async ({ api, asAdmin, send }) => {
      const queue = api.stack.template.of('AWS::SQS::Queue').find(({ logicalId }) => /^notifyQueue/.test(logicalId));
      await send(/^ChangesUndelivered/, { detail: { eventName: 'NONE' } }, { TARGET_ARN: queue?.attributes.Arn ?? '' });
      return async () => {
        const { json } = await asAdmin(202, 'POST /admin/dead-letters/redrive', { queue: 'changes-undelivered' });
        so(json.redriven > 0, 'it had one');
      };
    },
  },
  {
    name: 'setUserRoles, to an organizer and back',
    by: 'admin',
    prepare: async ({ asAdmin, other }) => {
      const path = `PUT /admin/users/${other.userId}/roles`;
      await asAdmin(200, path, { roles: [] });
      return async () => {
        await asAdmin(200, path, { roles: ['organizers'] });
        const { json } = await asAdmin(200, path, { roles: [] });
        so(json.roles.length === 0, 'no roles');
      };
    },
  },
];
