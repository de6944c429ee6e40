import type { EventInput } from '../domain/event.ts';
import { EventInput as Schema } from '../domain/event.ts';

type Show = readonly [name: string, category: string, description: string];
type Place = readonly [venue: string, city: string, country: string, timezone: string, address: string];
type DemoTier = readonly [tierId: string, name: string, price: number, capacity: number, maxPerUser?: number];

interface DemoEvent {
  /** Last part of the event id; never changes. */
  number: number;
  show: Show;
  place: Place;
  currency: string;
  /** Days from today, and the hour (UTC) at which it starts. */
  when: readonly [daysAhead: number, hour: number];
  tiers: readonly DemoTier[];
  /** Tickets that are sold already, bought by demo people. */
  sold?: { tierId: string; quantity: number };
}

const hamburg = ['Europe/Berlin', 'DE'] as const;

export const demoEvents: readonly DemoEvent[] = [
  {
    number: 1,
    show: ['Midsummer Jazz Night', 'music', 'Three bands, one river, and a stage that floats on it.'],
    place: ['Elbphilharmonie', 'Hamburg', hamburg[1], hamburg[0], 'Platz der Deutschen Einheit 1'],
    currency: 'EUR',
    when: [21, 18],
    tiers: [
      ['standard', 'Standard', 4_900, 1_200],
      ['balcony', 'Balcony', 7_900, 300],
      ['vip', 'VIP lounge', 19_900, 40, 4],
    ],
  },
  {
    number: 2,
    show: ['Last Seats: Chamber Music by Candlelight', 'music', 'Schubert and Brahms for sixty listeners.'],
    place: ['Laeiszhalle, Small Hall', 'Hamburg', hamburg[1], hamburg[0], 'Johannes-Brahms-Platz'],
    currency: 'EUR',
    when: [9, 19],
    tiers: [['seat', 'Seat', 3_500, 60]],
    sold: { tierId: 'seat', quantity: 57 },
  },
  {
    number: 3,
    show: ['Northern Lights Indie Festival', 'festival', 'Two days, four stages, forty bands.'],
    place: ['Tempelhofer Feld', 'Berlin', 'DE', 'Europe/Berlin', 'Tempelhofer Damm'],
    currency: 'EUR',
    when: [60, 12],
    tiers: [
      ['weekend', 'Weekend pass', 12_900, 20_000],
      ['saturday', 'Saturday', 7_900, 8_000],
      ['sunday', 'Sunday', 7_900, 8_000],
    ],
  },
  {
    number: 4,
    show: ['City Derby', 'sports', 'The match that divides families.'],
    place: ['Emirates Stadium', 'London', 'GB', 'Europe/London', 'Hornsey Rd, N7 7AJ'],
    currency: 'GBP',
    when: [14, 15],
    tiers: [
      ['upper', 'Upper tier', 4_500, 15_000, 6],
      ['lower', 'Lower tier', 6_500, 9_000, 6],
    ],
  },
  {
    number: 5,
    show: ['TypeScript in Production', 'conference', 'One day of talks by people who are on call for it.'],
    place: ['Kosmos', 'Berlin', 'DE', 'Europe/Berlin', 'Karl-Marx-Allee 131a'],
    currency: 'EUR',
    when: [45, 7],
    tiers: [
      ['early', 'Early bird', 19_900, 150, 2],
      ['regular', 'Regular', 29_900, 600],
    ],
  },
  {
    number: 6,
    show: ['A Midwinter Night’s Dream', 'theatre', 'Shakespeare, moved to the coldest night of the year.'],
    place: ['Shakespeare’s Globe', 'London', 'GB', 'Europe/London', '21 New Globe Walk'],
    currency: 'GBP',
    when: [30, 19],
    tiers: [
      ['standing', 'Yard (standing)', 1_000, 500],
      ['gallery', 'Gallery', 3_900, 380],
    ],
  },
  {
    number: 7,
    show: ['Stand-up Sunday', 'comedy', 'Seven comedians, ten minutes each, no mercy.'],
    place: ['Comedy Cellar', 'New York', 'US', 'America/New_York', '117 MacDougal St'],
    currency: 'USD',
    when: [5, 23],
    tiers: [['table', 'Seat at a table', 2_500, 115]],
  },
  {
    number: 8,
    show: ['Broadway Under the Stars', 'theatre', 'Songs from forty years of musicals, in the open.'],
    place: ['Central Park, Rumsey Playfield', 'New York', 'US', 'America/New_York', 'E 71st St'],
    currency: 'USD',
    when: [75, 23],
    tiers: [
      ['lawn', 'Lawn', 3_000, 4_000],
      ['seated', 'Seated', 8_500, 1_000],
    ],
  },
  {
    number: 9,
    show: ['Ramen and Sake Fair', 'food', 'Twenty kitchens, forty breweries; each ticket has five tastings.'],
    place: ['Yoyogi Park Event Plaza', 'Tokyo', 'JP', 'Asia/Tokyo', '2-1 Yoyogikamizonocho'],
    currency: 'JPY',
    when: [18, 2],
    tiers: [['tasting', 'Tasting ticket', 3_500, 2_500]],
  },
  {
    number: 10,
    show: ['City Pop Revival', 'music', 'The summer of 1982 with a live band of fourteen.'],
    place: ['Blue Note Tokyo', 'Tokyo', 'JP', 'Asia/Tokyo', '6-3-16 Minami Aoyama'],
    currency: 'JPY',
    when: [27, 11],
    tiers: [
      ['first', 'First set', 9_800, 240],
      ['second', 'Second set', 9_800, 240],
    ],
  },
  {
    number: 11,
    show: ['Impressionists at Night', 'exhibition', 'The museum after hours, with a guide and a glass.'],
    place: ['Musée d’Orsay', 'Paris', 'FR', 'Europe/Paris', 'Esplanade Valéry Giscard d’Estaing'],
    currency: 'EUR',
    when: [12, 19],
    tiers: [
      ['entry', 'Entry', 2_200, 400],
      ['guided', 'Guided tour', 3_800, 60],
    ],
  },
  {
    number: 12,
    show: ['Marathon Expo and Pasta Party', 'sports', 'Pick up your number, eat, meet the pacers.'],
    place: ['Porte de Versailles', 'Paris', 'FR', 'Europe/Paris', '1 Pl. de la Porte de Versailles'],
    currency: 'EUR',
    when: [90, 9],
    tiers: [
      ['free', 'Free entry', 0, 5_000],
      ['pasta', 'Pasta party', 1_500, 800],
    ],
  },
  {
    number: 13,
    show: ['Bollywood Orchestra', 'music', 'Film scores played by eighty musicians and a choir.'],
    place: ['Jio World Garden', 'Mumbai', 'IN', 'Asia/Kolkata', 'Bandra Kurla Complex'],
    currency: 'INR',
    when: [38, 13],
    tiers: [
      ['silver', 'Silver', 150_000, 3_000],
      ['gold', 'Gold', 350_000, 1_200],
      ['platinum', 'Platinum', 750_000, 200],
    ],
  },
  {
    number: 14,
    show: ['Generative Art for Beginners', 'workshop', 'Bring a laptop; leave with a plotter drawing.'],
    place: ['betahaus', 'Hamburg', hamburg[1], hamburg[0], 'Eifflerstraße 43'],
    currency: 'EUR',
    when: [16, 9],
    tiers: [['seat', 'Seat', 8_900, 24, 2]],
  },
];

/** Ids that never change, so that the same call again finds what it made: a ULID without time. */
export function demoId(prefix: string, number: number): string {
  return `${prefix}_00000000DEM${String(number).padStart(15, '0')}`;
}

/** @param now milliseconds since 1970 */
export function demoEventInput({ show, place, currency, when, tiers }: DemoEvent, now: number): EventInput {
  const [name, category, description] = show;
  const [venue, city, country, timezone, address] = place;
  const startsAt = new Date(now + when[0] * 86_400_000);
  startsAt.setUTCHours(when[1], 0, 0, 0);
  return Schema.parse({
    name,
    category,
    description,
    venue: { name: venue, city, country, address },
    timezone,
    startsAt: startsAt.toISOString(),
    endsAt: new Date(startsAt.getTime() + 3 * 3_600_000).toISOString(),
    tiers: tiers.map(([tierId, tierName, price, capacity, maxPerUser]) => ({
      tierId,
      name: tierName,
      price,
      currency,
      capacity,
      ...(maxPerUser !== undefined && { maxPerUser }),
    })),
  });
}
