import * as z from 'zod';
import { queueBatchHandler } from '../shared/queue-batch-handler.ts';
import { promoteWaitlist } from '../store/promote-waitlist.ts';
import { streamRecord } from '../store/stream-record.ts';

/** A shard with free seats for which people wait, or a waitlist that asks to be looked at. */
const Changed = streamRecord(z.object({ tierKey: z.string().regex(/^EVENT#[^#]+#TIER#[^#]+$/) }));

/** Gives free seats to the people in line: once for each tier, however many messages about it there are. */
export const handler = queueBatchHandler(
  Changed,
  ({ image }) => image.tierKey,
  async (messages, { remainingMs }) => {
    for (const tierKey of new Set(messages.map(({ image }) => image.tierKey))) {
      const [, eventId = '', , tierId = ''] = tierKey.split('#');
      await promoteWaitlist({ eventId, tierId }, remainingMs);
    }
  },
);
