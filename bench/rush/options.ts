import { parseArgs } from 'node:util';
import { limits } from '../../functions/domain/limits.ts';
import { wholeNumber } from '../support/command.ts';

export interface RushOptions {
  clients: number;
  requests: number;
  capacity: number;
  /** Each booking takes 1 to so many tickets, at random. */
  quantity: number;
  keys: boolean;
  /** Percent of the confirmed bookings that are cancelled: half of them at once, half after the rush. */
  cancel: number;
  /** Who is told that it is sold out joins the waitlist. */
  waitlist: boolean;
  url?: string;
}

const defaultCancel = '20';

export const rushHelp = `Opens an on-sale with many people at once and checks that every seat is sold once.

  npm run rush -- --clients 200 --requests 2000 --capacity 500
  npm run rush -- --cancel --waitlist

  --clients N    people who book at the same time, default 200
  --requests N   bookings they try together, default 2000
  --capacity N   seats, default 500
  --quantity N   each booking takes 1 to N tickets at random, default 1
  --no-keys      send no Idempotency-Key
  --cancel [P]   P percent of those who got seats give them back, half of them during the rush, half after it;
                 ${defaultCancel} where no number is given
  --waitlist     whoever is told that it is sold out joins the waitlist, once
  --url URL      default: the local stack that is running, else a throw-away one

With --cancel or --waitlist the whole table of a local stack is verified at the end, as by npm run verify.`;

/**
 * @returns undefined where help is asked for
 * @throws {UsageError} where a number is out of its bounds
 */
export function readRushOptions(args: readonly string[]): RushOptions | undefined {
  const { values } = parseArgs({
    args: args.map((arg, index) => (isBareCancel(arg, args[index + 1]) ? `--cancel=${defaultCancel}` : arg)),
    allowNegative: true,
    options: {
      clients: { type: 'string', default: '200' },
      requests: { type: 'string', default: '2000' },
      capacity: { type: 'string', default: '500' },
      quantity: { type: 'string', default: '1' },
      keys: { type: 'boolean', default: true },
      cancel: { type: 'string', default: '0' },
      waitlist: { type: 'boolean', default: false },
      url: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    clients: wholeNumber('clients', values.clients, 1, 10_000),
    requests: wholeNumber('requests', values.requests, 1, 1_000_000),
    capacity: wholeNumber('capacity', values.capacity, 1, limits.capacityPerTier),
    quantity: wholeNumber('quantity', values.quantity, 1, limits.quantityPerBooking),
    keys: values.keys,
    cancel: wholeNumber('cancel', values.cancel, 0, 100),
    waitlist: values.waitlist,
    ...(values.url !== undefined && { url: values.url }),
  };
}

/** parseArgs knows no option whose value may be missing. */
function isBareCancel(arg: string, next: string | undefined): boolean {
  return arg === '--cancel' && (next === undefined || next.startsWith('--'));
}
