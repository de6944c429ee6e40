import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Router } from 'cognito-local/lib/server/Router.js';
import { createServer } from 'cognito-local/lib/server/server.js';
import { DateClock } from 'cognito-local/lib/services/clock.js';
import { CognitoServiceFactoryImpl, USER_POOL_AWS_DEFAULTS } from 'cognito-local/lib/services/cognitoService.js';
import { MessageDeliveryService } from 'cognito-local/lib/services/messageDelivery/messageDelivery.js';
import { MessagesService } from 'cognito-local/lib/services/messages.js';
import { otp } from 'cognito-local/lib/services/otp.js';
import { JwtTokenGenerator } from 'cognito-local/lib/services/tokenGenerator.js';
import type { Triggers } from 'cognito-local/lib/services/triggers/index.js';
import { UserPoolServiceFactoryImpl } from 'cognito-local/lib/services/userPoolService.js';
import type { CognitoConfig } from './cognito.ts';
import { withPages } from './cognito-pages.ts';
import { jsonStores } from './cognito-store.ts';
import { withOrigin, withRefreshToken } from './cognito-tokens.ts';

// Entry point of the child process of cognito.ts: cognito-local, put together without the parts that load the SDK v2.

const [directory] = process.argv.slice(2);
if (!directory || !process.send) throw new Error('to be started by cognito.ts');
const database = join(directory, 'db');
const stores = jsonStores(database);

process.once('disconnect', () => {
  stores.flush().finally(() => process.exit());
});

const [config] = (await once(process, 'message')) as [CognitoConfig];
// The server of cognito-local logs with its own version of pino.
const pino: (options: object) => Parameters<typeof createServer>[1] = createRequire(
  import.meta.resolve('cognito-local'),
)('pino');
const context = { logger: pino({ level: 'warn' }) };

const clients = await stores.create(context, 'clients', { Clients: {} });
await clients.set(
  context,
  'Clients',
  Object.fromEntries(config.clients.map((client) => [client.id, appClient(client)])),
);
for (const pool of config.pools) await provision(pool);

const clock = new DateClock();
const cognito = await new CognitoServiceFactoryImpl(
  database,
  stores,
  new UserPoolServiceFactoryImpl(clock, stores),
).create(context, {});
const unused = async () => {
  throw new Error('the template has no triggers');
};
const triggers: Triggers = {
  enabled: () => false,
  customMessage: unused,
  customEmailSender: unused,
  postAuthentication: unused,
  postConfirmation: unused,
  preSignUp: unused,
  preTokenGeneration: unused,
  userMigration: unused,
};
// Nobody reads mail here: the code is known.
const silent = { sendEmail: async () => undefined, sendSms: async () => undefined };
const server = { hostname: '127.0.0.1', port: 0, development: false, https: false };
const services = {
  clock,
  cognito,
  messages: new MessagesService(triggers, new MessageDeliveryService(silent)),
  otp,
  tokenGenerator: withOrigin(new JwtTokenGenerator(clock, triggers, { IssuerDomain: config.issuerDomain })),
  triggers,
  config: {
    LambdaClient: {},
    TriggerFunctions: {},
    UserPoolDefaults: {},
    KMSConfig: {},
    TokenConfig: { IssuerDomain: config.issuerDomain },
    ServerConfig: server,
  },
};
const listening = await createServer(
  withPages(withRefreshToken(Router(services))),
  context.logger,
  server,
  services,
).start();
const address = listening.address();
process.send(typeof address === 'object' ? address?.port : address);

/** Puts options and groups of the template into a pool's file; its users and their groups stay. */
async function provision(pool: CognitoConfig['pools'][number]): Promise<void> {
  const store = await stores.create(context, pool.id, { Users: {}, Groups: {} });
  const { Schema: schema = [], ...options } = pool.options as { Schema?: { Name: string }[] };
  await store.set(context, 'Options', {
    ...USER_POOL_AWS_DEFAULTS,
    ...options,
    SchemaAttributes: (USER_POOL_AWS_DEFAULTS.SchemaAttributes ?? []).map((attribute) => ({
      ...attribute,
      ...schema.find(({ Name }) => Name === attribute.Name),
    })),
  });
  for (const group of config.groups.filter(({ userPoolId }) => userPoolId === pool.id)) {
    const present = await store.get<object>(context, ['Groups', group.name], { CreationDate: new Date() });
    await store.set(context, ['Groups', group.name], {
      ...present,
      GroupName: group.name,
      Description: group.description,
      LastModifiedDate: new Date(),
    });
  }
}

function appClient({ id, userPoolId, options }: CognitoConfig['clients'][number]): object {
  const now = new Date();
  return { ClientName: id, ...options, ClientId: id, UserPoolId: userPoolId, CreationDate: now, LastModifiedDate: now };
}
