import { expect, test } from 'vitest';
import { readRushOptions } from '../../bench/rush/options.ts';
import { UsageError } from '../../bench/support/command.ts';

test('numbers are read, and what is missing has a default', () => {
  expect(readRushOptions(['--clients', '20', '--no-keys'])).toEqual({
    clients: 20,
    requests: 2_000,
    capacity: 500,
    quantity: 1,
    keys: false,
  });
});

test.each(['0', '-1', '1.5', '1e3', '', 'many', '101'])('--quantity=%s is refused with one sentence', (text) => {
  expect(() => readRushOptions([`--quantity=${text}`])).toThrow(UsageError);
});

test('an unknown option is refused', () => {
  expect(() => readRushOptions(['--seats', '5'])).toThrow(/--seats/);
});

test('--help asks for help', () => {
  expect(readRushOptions(['--help'])).toBeUndefined();
});
