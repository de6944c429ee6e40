import * as z from 'zod';
import { BookingId, EventId, inOrder, PageQuery, TierId, Timestamp } from './common.ts';
import { limits } from './limits.ts';

export const WaitlistStatus = z.enum(['WAITING', 'PROMOTED', 'LEFT', 'CLOSED']).meta({ id: 'WaitlistStatus' });
export type WaitlistStatus = z.infer<typeof WaitlistStatus>;

const quantity = z.int().min(1).max(limits.quantityPerBooking).meta({ example: 2 });

export const WaitlistInput = z
  .strictObject({
    tierId: TierId.optional().meta({ description: 'may be left out where the event has one tier' }),
    quantity,
  })
  .meta({ id: 'WaitlistInput' });

export const PlaceView = z
  .object({
    tierId: TierId,
    quantity,
    position: z.int().min(1).optional().meta({ description: '1 is next; only while WAITING', example: 17 }),
    size: z.int().min(1).optional().meta({ description: 'people in line; only while WAITING', example: 140 }),
    status: WaitlistStatus,
    joinedAt: Timestamp,
  })
  .meta({ id: 'WaitlistPlace' });
export type PlaceView = z.infer<typeof PlaceView>;

export const PlacesView = z.object({ items: z.array(PlaceView) }).meta({ id: 'WaitlistPlaces' });

export const PassedOver = z
  .object({
    reason: z.string().meta({ example: '2 seats were free, 4 are wanted' }),
    available: z.int().min(0),
    at: Timestamp,
  })
  .meta({ id: 'PassedOver', description: 'why seats that were free went to somebody later in line, or to nobody' });
export type PassedOver = z.infer<typeof PassedOver>;

/** What an organizer sees of an entry: the person's id, no name and no address. */
export const WaitlistEntryView = z
  .object({
    eventId: EventId,
    tierId: TierId,
    userId: z.string(),
    quantity,
    status: WaitlistStatus,
    joinedAt: Timestamp,
    updatedAt: Timestamp,
    bookingId: BookingId.optional().meta({ description: 'what the entry was promoted to' }),
    passedOver: PassedOver.optional(),
  })
  .meta({ id: 'WaitlistEntry' });
export type WaitlistEntryView = z.infer<typeof WaitlistEntryView>;

export const WaitlistQuery = z.strictObject({
  ...PageQuery.shape,
  tierId: TierId.optional(),
  status: WaitlistStatus.optional(),
});

/** Somebody in line. `seq` orders the line; `counted`: it stands in the person's purchase count of the event. */
export interface Waiting {
  eventId: string;
  tierId: string;
  userId: string;
  quantity: number;
  seq: number;
  counted: boolean;
  joinedAt: string;
}

/** An entry as stored, which outlives the wait. */
export interface WaitlistEntry extends Waiting {
  eventName: string;
  status: WaitlistStatus;
  updatedAt: string;
  bookingId?: string;
  /** When the event was cancelled, where that is why the entry was closed. */
  eventCancelledAt?: string;
}

/** A person's place as stored: there while they wait, and afterwards only where the waitlist closed on them. */
export interface Place extends Waiting {
  status: Extract<WaitlistStatus, 'WAITING' | 'CLOSED'>;
  /** The same for the same request, so that a repeated run finds its own place. */
  joinId: string;
}

/** Entries up to `upTo`, which is not among them, were passed over when so many seats were `available`. */
export interface Passing {
  upTo: number;
  available: number;
  at: string;
}

/** The line of a tier as a whole. */
export interface Waitlist {
  waiting: number;
  /** The number of the next entry. */
  nextSeq: number;
  /** How many entries wait, by quantity. */
  byQuantity: ReadonlyMap<number, number>;
  /** How many entries wait, by block of numbers. */
  byBlock: ReadonlyMap<number, number>;
  /** Seats that are left free because nobody in line wants so few. */
  leftOver?: { available: number; at: string };
  /** By quantity: how far seats were given to people later in line. */
  passed: ReadonlyMap<number, Passing>;
  /** When another run of the worker was asked for. */
  again?: string;
}

export const emptyWaitlist: Waitlist = {
  waiting: 0,
  nextSeq: 1,
  byQuantity: new Map(),
  byBlock: new Map(),
  passed: new Map(),
};

/** The block of numbers that an entry is counted in. */
export const blockOf = (seq: number): number => Math.floor(seq / limits.waitlistBlockEntries);

/** Who of those that are first for their quantity gets seats next: the earliest that `available` seats are enough for. */
export function nextInLine(firsts: Iterable<Waiting>, available: number): Waiting | undefined {
  let next: Waiting | undefined;
  for (const first of firsts) {
    if (first.quantity <= available && (!next || first.seq < next.seq)) next = first;
  }
  return next;
}

/** Why an entry still waits though seats were free; undefined where none were. */
export function passedOver(list: Waitlist, entry: WaitlistEntry): PassedOver | undefined {
  if (entry.status !== 'WAITING') return undefined;
  const { leftOver } = list;
  if (leftOver && entry.quantity > leftOver.available) return why(entry, leftOver);
  const passing = list.passed.get(entry.quantity);
  return passing && entry.seq < passing.upTo ? why(entry, passing) : undefined;
}

function why({ quantity }: Waiting, { available, at }: { available: number; at: string }): PassedOver {
  const free = available === 1 ? '1 seat was' : `${available} seats were`;
  return { reason: `${free} free, ${quantity} are wanted`, available, at };
}

/** The part of a stored entry that the organizer sees. */
export function entryView(list: Waitlist, entry: WaitlistEntry): WaitlistEntryView {
  const reason = passedOver(list, entry);
  return inOrder(WaitlistEntryView.shape, { ...entry, ...(reason && { passedOver: reason }) } as WaitlistEntryView);
}

/** The part of a stored place that the person sees; `line` only where it is open. */
export function placeView(place: Place, line: { position: number; size: number } | undefined): PlaceView {
  return inOrder(PlaceView.shape, { ...place, status: line ? place.status : 'CLOSED', ...line } as PlaceView);
}
