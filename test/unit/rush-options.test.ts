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
    cancel: 0,
    waitlist: false,
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

test.each([
  [['--cancel', '--waitlist'], 20],
  [['--waitlist', '--cancel'], 20],
  [['--waitlist', '--cancel', '35'], 35],
  [['--cancel=7', '--waitlist'], 7],
])('%j: --cancel may have a number', (args, cancel) => {
  expect(readRushOptions(args)).toMatchObject({ cancel, waitlist: true });
});

test.each(['101', 'many', '-1'])('--cancel=%s is refused with one sentence', (text) => {
  expect(() => readRushOptions([`--cancel=${text}`])).toThrow(UsageError);
});
