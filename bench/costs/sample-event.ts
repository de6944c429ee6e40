const inDays = (days: number): string => new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString();
const inAMonth = inDays(30);
/** When only the events of a listing start, so that what else is in the table changes nothing. */
export const inAYear = inDays(365);

/** An event of a usual size. */
export const eventBody = (capacity: number, tier: object = {}) => ({
  name: 'Midsummer Jazz Night',
  description: 'Three bands, two stages and one long evening in the garden of the museum. '.repeat(4).trim(),
  category: 'music',
  venue: { name: 'Museumsgarten', city: 'Hamburg', country: 'DE', address: 'Am Garten 1, 20354 Hamburg' },
  timezone: 'Europe/Berlin',
  startsAt: inAMonth,
  tiers: [{ tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity, ...tier }],
});
