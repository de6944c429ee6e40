import { expect, test } from 'vitest';
import { type Books, judge } from '../../bench/rush/audit.ts';
import type { Attempt } from '../../bench/rush/on-sale.ts';

const base = { reason: '', ms: 1, retries: 0, answeredAt: 1 };
const confirmed = (bookingId: string, quantity = 1): Attempt => ({
  ...base,
  outcome: 'confirmed',
  bookingId,
  quantity,
});
const soldOut = (quantity = 1): Attempt => ({ ...base, outcome: 'sold out', quantity });
const error = (quantity = 1): Attempt => ({ ...base, outcome: 'error', quantity });
const booked = (bookingId: string, quantity = 1, status = 'CONFIRMED') => ({ bookingId, quantity, status });
const books = (available: number, ...bookings: Books['bookings']): Books => ({ bookings, available });

test('every seat sold once holds', () => {
  const verdict = judge(2, [confirmed('a'), soldOut(), confirmed('b')], books(0, booked('a'), booked('b')));
  expect(verdict).toMatchObject({ sold: 2, oversold: 0, lost: 0, holds: true, faults: [] });
});

test('less demand than seats holds, with the rest free', () => {
  expect(judge(5, [confirmed('a', 2)], books(3, booked('a', 2)))).toMatchObject({ sold: 2, lost: 0, holds: true });
});

test('a seat that stays because nobody asked for so few is not lost', () => {
  const verdict = judge(5, [confirmed('a', 4), soldOut(4), soldOut(2)], books(1, booked('a', 4)));
  expect(verdict).toMatchObject({ lost: 0, holds: true });
});

test('more sold than there is fails', () => {
  const verdict = judge(1, [confirmed('a'), confirmed('b')], books(0, booked('a'), booked('b')));
  expect(verdict).toMatchObject({ oversold: 1, holds: false });
});

test('a free seat fails where somebody was told that it is sold out', () => {
  expect(judge(2, [confirmed('a'), soldOut()], books(1, booked('a')))).toMatchObject({ lost: 1, holds: false });
});

test('a free seat fails where somebody got no answer', () => {
  expect(judge(2, [confirmed('a'), error()], books(1, booked('a')))).toMatchObject({ lost: 1, holds: false });
});

test('a confirmed booking that is not in the books, cancelled there, or of another quantity fails', () => {
  expect(judge(1, [confirmed('a')], books(1))).toMatchObject({ missing: 1, holds: false });
  expect(judge(1, [confirmed('a')], books(1, booked('a', 1, 'CANCELLED')))).toMatchObject({ missing: 1, holds: false });
  expect(judge(5, [confirmed('a', 2)], books(4, booked('a', 1)))).toMatchObject({ missing: 1, holds: false });
});

test('a booking that nobody was told of fails, unless an answer was lost', () => {
  const two = books(0, booked('a'), booked('b'));
  expect(judge(2, [confirmed('a'), soldOut()], two)).toMatchObject({ untold: 1, holds: false });
  expect(judge(2, [confirmed('a'), error()], two)).toMatchObject({ untold: 1, holds: true });
});

test('two requests with one booking fail', () => {
  expect(judge(1, [confirmed('a'), confirmed('a')], books(0, booked('a'))).holds).toBe(false);
});

test('a wrong number of free seats fails', () => {
  expect(judge(5, [confirmed('a')], books(3, booked('a'))).holds).toBe(false);
});

test('a list whose pages overlap fails', () => {
  expect(judge(2, [confirmed('a')], books(1, booked('a'), booked('a'))).holds).toBe(false);
});
