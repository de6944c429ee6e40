import { expect, test } from 'vitest';
import { type Books, judge as judgeAll } from '../../bench/rush/audit.ts';
import type { Step } from '../../bench/rush/crowd.ts';
import type { Entry } from '../../bench/rush/line.ts';
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
const books = (available: number, ...bookings: Books['bookings']): Books => ({ bookings, available, entries: [] });
const judge = (capacity: number, attempts: Attempt[], said: Books, steps: Step[] = []) =>
  judgeAll(capacity, { attempts, steps }, said);

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

const cancel = (bookingId: string, outcome: Step['outcome'] = 'done'): Step => ({
  ...base,
  what: 'cancel',
  bookingId,
  outcome,
});
const waiting = (quantity = 1): Entry => ({ quantity, status: 'WAITING', updatedAt: '0' });
const promoted = (bookingId: string, quantity = 1, updatedAt = '5'): Entry => ({
  bookingId,
  quantity,
  status: 'PROMOTED',
  updatedAt,
});

test('a seat that is given back and goes to the next in line holds', () => {
  const said = { ...books(0, booked('a', 1, 'CANCELLED'), booked('w')), entries: [promoted('w'), waiting()] };
  expect(judge(1, [confirmed('a'), soldOut()], said, [cancel('a')])).toMatchObject({
    sold: 1,
    promoted: 1,
    waiting: 1,
    lost: 0,
    faults: [],
  });
});

test('a seat that is given back after everybody went away is not lost', () => {
  const said = books(1, booked('a', 1, 'CANCELLED'));
  expect(judge(1, [confirmed('a'), soldOut()], said, [cancel('a')])).toMatchObject({ lost: 0, holds: true });
});

test('a seat is lost that nobody ever had, and one for which somebody waits', () => {
  const never = books(2, booked('a', 1, 'CANCELLED'));
  expect(judge(2, [confirmed('a'), soldOut()], never, [cancel('a')])).toMatchObject({ lost: 1, holds: false });
  const wanted = { ...books(1, booked('a', 1, 'CANCELLED')), entries: [waiting()] };
  expect(judge(1, [confirmed('a'), soldOut()], wanted, [cancel('a')])).toMatchObject({ lost: 1, holds: false });
});

test('seats that are too few for who waits are not lost', () => {
  const said = { ...books(1, booked('a', 1, 'CANCELLED')), entries: [waiting(2)] };
  expect(judge(1, [confirmed('a'), soldOut()], said, [cancel('a')])).toMatchObject({ lost: 0, holds: true });
});

test('a cancellation that is not in the books fails, unless its answer was lost', () => {
  expect(judge(1, [confirmed('a')], books(0, booked('a')), [cancel('a')])).toMatchObject({ missing: 1, holds: false });
  expect(judge(1, [confirmed('a')], books(0, booked('a')), [cancel('a', 'error')]).holds).toBe(true);
  const gone = books(1, booked('a', 1, 'CANCELLED'));
  expect(judge(1, [confirmed('a')], gone, [cancel('a', 'error')]).holds).toBe(true);
  expect(judge(1, [confirmed('a')], books(0, booked('a')), [cancel('a', 'refused')]).holds).toBe(false);
});

test('a promotion without a booking, or two with one, fail', () => {
  const without = { ...books(1), entries: [promoted('w')] };
  expect(judge(1, [], without)).toMatchObject({ missing: 1, holds: false });
  const shared = { ...books(0, booked('w')), entries: [promoted('w'), promoted('w')] };
  expect(judge(1, [], shared).holds).toBe(false);
});

test.each([
  ['an earlier one that fits still waits', [waiting(1), promoted('w')], false],
  ['an earlier one that fits is promoted later', [promoted('v', 1, '6'), promoted('w')], false],
  ['an earlier one wants more', [waiting(2), promoted('w')], true],
  ['an earlier one that wants more is promoted later', [promoted('v', 2, '6'), promoted('w')], true],
])('order: %s', (_, entries, holds) => {
  const bookings = entries.flatMap(({ bookingId, quantity }) => (bookingId ? [booked(bookingId, quantity)] : []));
  const capacity = bookings.reduce((sum, { quantity }) => sum + quantity, 0);
  expect(judge(capacity, [], { bookings, available: 0, entries }).holds).toBe(holds);
});
