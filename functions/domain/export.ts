import * as z from 'zod';
import { BookingView } from './booking.ts';
import { Cursor, EventId, TierId, Timestamp } from './common.ts';
import { EventView } from './event.ts';
import { NotificationView } from './notification.ts';
import { ProfileView } from './user.ts';
import { PlaceView } from './waitlist.ts';

/** An event as its organizer described it; what is sold of it is in its analytics. */
export const ExportedEvent = EventView.omit({ tiers: true, version: true }).meta({ id: 'ExportedEvent' });
export type ExportedEvent = z.infer<typeof ExportedEvent>;

export const ExportedPlace = PlaceView.omit({ position: true, size: true })
  .extend({ eventId: EventId })
  .meta({ id: 'ExportedPlace' });
export type ExportedPlace = z.infer<typeof ExportedPlace>;

export const PurchaseCount = z
  .object({ eventId: EventId, tierId: TierId, tickets: z.int().min(0) })
  .meta({ id: 'PurchaseCount', description: 'tickets that count for a limit per person' });
export type PurchaseCount = z.infer<typeof PurchaseCount>;

export const KeptRequest = z
  .object({ operationId: z.string(), idempotencyKey: z.string(), expiresAt: Timestamp })
  .meta({ id: 'KeptRequest', description: 'an Idempotency-Key whose answer is kept' });
export type KeptRequest = z.infer<typeof KeptRequest>;

/** Everything that the service holds of a person. The lists go on where `nextCursor` leads. */
export const PersonExport = z
  .object({
    exportedAt: Timestamp,
    profile: ProfileView,
    bookings: z.array(BookingView),
    waitlistPlaces: z.array(ExportedPlace),
    notifications: z.array(NotificationView),
    purchaseCounts: z.array(PurchaseCount),
    keptRequests: z.array(KeptRequest),
    events: z.array(ExportedEvent).meta({ description: 'those that the person organizes, drafts too' }),
    nextCursor: Cursor.optional(),
  })
  .meta({ id: 'PersonExport' });
export type PersonExport = z.infer<typeof PersonExport>;
