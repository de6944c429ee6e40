import { queueHandler } from '../shared/queue-handler.ts';
import { AuditedRecord } from '../store/audit-record.ts';
import { appendToTrail } from '../store/audit-store.ts';
import { Patience } from '../store/transact.ts';

/** Writes down every change of an event, booking, waitlist entry, role or account. */
export const handler = queueHandler(AuditedRecord, (change, { remainingMs }) =>
  appendToTrail(change, new Patience(remainingMs)),
);
