import { expect, test } from 'vitest';
import { slowedDown } from '../../bench/hot/slow-motion.ts';

const bundle =
  'var l={soldOutMemoryMs:1e3,availabilityMemoryMs:1e3,eventMemoryMs:6e4,retryBaseMs:5,retryCapMs:400,contentionCapMs:2e3,busyRetryAfterSeconds:1};f(l.retryBaseMs)';

test('a bundle in slow motion waits and remembers longer, and changes nothing else', () => {
  expect(slowedDown(bundle, 4)).toBe(
    'var l={soldOutMemoryMs:4000,availabilityMemoryMs:1e3,eventMemoryMs:240000,retryBaseMs:20,retryCapMs:1600,contentionCapMs:8000,busyRetryAfterSeconds:4};f(l.retryBaseMs)',
  );
});

test('a bundle without one of the bounds, or with it twice, is no measurement', () => {
  expect(() => slowedDown(bundle.replace('retryCapMs:400,', ''), 4)).toThrow('0 times the bound retryCapMs');
  expect(() => slowedDown(`${bundle};({retryCapMs:1})`, 4)).toThrow('2 times the bound retryCapMs');
});
