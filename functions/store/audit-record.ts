import * as z from 'zod';
import { type AuditEntry, type AuditKind, actorOf, difference } from '../domain/audit.ts';
import { imageOf, StreamRecord } from './stream-record.ts';
import type { Item } from './transact.ts';

/** What a change of the table leaves in the audit trail. */
export interface AuditedChange {
  entry: AuditEntry;
  /** Of the change in the stream. */
  sequence: string;
  /** Index partition of a booking among those of its event. */
  partition?: number;
}

/** Attributes that place an item or serve a search, and the keys by which people repeat requests. */
const left = ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'search', 'changedBy', 'changeId', 'idempotencyKey', 'joinId'];

function valuesOf(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !left.includes(name)));
}

function kindOf(sk: string): AuditKind | undefined {
  if (sk === 'EVENT') return 'event';
  if (sk === 'ROLES') return 'roles';
  if (sk === 'DELETION') return 'account-deletion';
  if (sk.startsWith('BOOKING#')) return 'booking';
  return sk.startsWith('WAITLIST#') ? 'waitlist-entry' : undefined;
}

/** A stream record of an item that has an audit trail. */
export const AuditedRecord = StreamRecord.extend({
  dynamodb: StreamRecord.shape.dynamodb.extend({
    SequenceNumber: z.string().regex(/^\d{1,40}$/),
    ApproximateCreationDateTime: z.number().optional(),
  }),
}).transform((record, context): AuditedChange => {
  const [before, after] = [imageOf(record, 'OldImage'), imageOf(record)];
  const image = after ?? before;
  const kind = image && kindOf(String(image.sk));
  if (!kind || !image) {
    context.addIssue({ code: 'custom', message: `has no audit trail: ${image?.pk} / ${image?.sk}` });
    return z.NEVER;
  }
  const { SequenceNumber: sequence, ApproximateCreationDateTime: seconds = 0 } = record.dynamodb;
  const committedAt = new Date(seconds * 1_000).toISOString();
  const earlier = timeOf(kind, before) ?? committedAt;
  // The stream's own time has whole seconds, and a removal comes after what was there.
  const time = timeOf(kind, after) ?? (earlier > committedAt ? earlier : committedAt);
  const differences = difference(valuesOf(before ?? {}), valuesOf(after ?? {}));
  const by = isSigned(before, after) ? actorOf(image.changedBy) : undefined;
  const entry: AuditEntry = {
    at: time,
    entity: entityOf(kind, image),
    kind,
    change: !before ? 'created' : after ? 'changed' : 'removed',
    ...(by && { by }),
    ...(image.eventId !== undefined && { eventId: String(image.eventId) }),
    ...(image.userId !== undefined && { userId: String(image.userId) }),
    ...(kind === 'waitlist-entry' && { tierId: String(image.tierId), seq: Number(image.seq) }),
    ...(before && { before: differences.before }),
    ...(after && { after: differences.after }),
  };
  return { entry, sequence, ...(kind === 'booking' && { partition: Number(image.partition) }) };
});

/** A step of the service always has a time or a version of its own, so a signature that stands beside none is an old one. */
function isSigned(before: Item | undefined, after: Item | undefined): boolean {
  if (!after) return false;
  if (!before) return true;
  return ['updatedAt', 'version', 'changedAt', 'status', 'doneAt'].some((name) => before[name] !== after[name]);
}

function timeOf(kind: AuditKind, image: Item | undefined): string | undefined {
  if (!image) return undefined;
  const time = kind === 'roles' ? image.changedAt : (image.updatedAt ?? image.doneAt ?? image.requestedAt);
  return typeof time === 'string' ? time : undefined;
}

function entityOf(kind: AuditKind, image: Item): string {
  if (kind === 'booking') return String(image.bookingId);
  return String(kind === 'roles' || kind === 'account-deletion' ? image.userId : image.eventId);
}
