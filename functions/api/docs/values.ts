/** Values that the examples share, so that they tell one story: Ada buys two tickets for a jazz night. */
export const eventId = 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS';
export const bookingId = 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K';
export const userId = '5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11';
export const cursor = 'c0FtcGxlQ3Vyc29yT2ZBUGFnZQ';
export const requestId = 'Hq3vYhLkIAMEJ2g=';
export const email = 'ada@example.com';
export const password = 'correct horse battery staple';
export const userName = 'Ada Lovelace';
export const accessToken = 'eyJraWQiOiJrMSIsImFsZyI6IlJTMjU2In0.c3Vi.kQ9v';
export const refreshToken = 'eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0.kD3b';
export const createdAt = '2027-01-11T09:30:00.000Z';
export const bookedAt = '2027-02-01T10:00:00.250Z';

export const venue = {
  name: 'Elbphilharmonie',
  city: 'Hamburg',
  country: 'DE',
  address: 'Platz der Deutschen Einheit 1, 20457 Hamburg',
};

const description = 'Four quartets, one long evening above the harbour.';

export const eventInput = {
  name: 'Midsummer Jazz Night',
  description,
  category: 'music',
  venue,
  timezone: 'Europe/Berlin',
  startsAt: '2027-06-18T20:00:00+02:00',
  endsAt: '2027-06-18T23:30:00+02:00',
  tiers: [
    {
      tierId: 'standard',
      name: 'Standard',
      price: 4900,
      currency: 'EUR',
      capacity: 500,
      saleOpensAt: '2027-02-01T10:00:00+01:00',
      maxPerUser: 6,
    },
    { tierId: 'front-row', name: 'Front row', price: 12900, currency: 'EUR', capacity: 40, maxPerBooking: 4 },
  ],
};

export const event = {
  eventId,
  name: 'Midsummer Jazz Night',
  description,
  category: 'music',
  venue,
  timezone: 'Europe/Berlin',
  startsAt: '2027-06-18T18:00:00.000Z',
  endsAt: '2027-06-18T21:30:00.000Z',
  tiers: [
    {
      tierId: 'standard',
      name: 'Standard',
      price: 4900,
      currency: 'EUR',
      capacity: 500,
      saleOpensAt: '2027-02-01T09:00:00.000Z',
      saleClosesAt: '2027-06-18T18:00:00.000Z',
      maxPerBooking: 10,
      maxPerUser: 6,
      available: 137,
      onSale: true,
      soldOut: false,
      waiting: false,
    },
    {
      tierId: 'front-row',
      name: 'Front row',
      price: 12900,
      currency: 'EUR',
      capacity: 40,
      saleClosesAt: '2027-06-18T18:00:00.000Z',
      maxPerBooking: 4,
      available: 0,
      onSale: true,
      soldOut: true,
      waiting: false,
    },
  ],
  status: 'PUBLISHED' as const,
  version: 1,
  createdAt,
  updatedAt: createdAt,
};

export const booking = {
  bookingId,
  eventId,
  eventName: event.name,
  tierId: 'standard',
  quantity: 2,
  unitPrice: 4900,
  total: 9800,
  currency: 'EUR',
  status: 'CONFIRMED' as const,
  createdAt: bookedAt,
  updatedAt: bookedAt,
};

export const notification = {
  notificationId: 'ntf_01JY3W9B7C8D9E0F1G2H3J4K5M',
  kind: 'booking-confirmed' as const,
  title: `Booked: ${event.name}`,
  message: `You have 2 tickets for ${event.name}.`,
  eventId,
  bookingId,
  tierId: 'standard',
  read: false,
  createdAt: bookedAt,
};

export const user = {
  userId,
  email,
  name: userName,
  roles: ['organizers' as const],
  status: 'CONFIRMED' as const,
  enabled: true,
  createdAt,
};
