import { type Api, expected } from '../support/api.ts';

export interface Show {
  readonly eventId: string;
  /** Far too few seats, so that a line forms. */
  readonly isScarce: boolean;
}

const ample = 12;
const scarce = 4;
const seats = { ample: 2_000, scarce: 60 };

/** Events of which most have enough seats for everybody, and some do not. */
export async function openShows(api: Api): Promise<Show[]> {
  const inAMonth = Date.now() + 30 * 24 * 60 * 60 * 1_000;
  const open = async (_: unknown, number: number): Promise<Show> => {
    const isScarce = number >= ample;
    const answer = await api.sendAsAdmin('POST', '/admin/events', {
      body: {
        name: `Crowd ${number + 1}`,
        category: 'rehearsal',
        venue: { name: 'Rehearsal Hall' },
        timezone: 'Europe/Berlin',
        startsAt: new Date(inAMonth + number * 60_000).toISOString(),
        tiers: [
          {
            tierId: 'standard',
            name: 'Standard',
            price: 4_900,
            currency: 'EUR',
            capacity: isScarce ? seats.scarce : seats.ample,
          },
        ],
      },
    });
    return { eventId: expected<{ eventId: string }>(answer, 201, 'Creating an event').eventId, isScarce };
  };
  return Promise.all(Array.from({ length: ample + scarce }, open));
}
