import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../functions/domain/backoff.ts';
import { BookingId } from '../../functions/domain/common.ts';
import { limits } from '../../functions/domain/limits.ts';
import { decodeCursor, encodeCursor } from '../../functions/shared/cursor.ts';
import { checkIfMatch, noneMatch } from '../../functions/shared/etag.ts';
import { idOf } from '../../functions/shared/id-of.ts';

const code = (code: string) => expect.objectContaining({ code });

describe('a cursor', () => {
  const scope = ['listBookings', 'buyer-1'];

  it('leads to where the page before ended', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), (position) => {
        expect(decodeCursor(scope, encodeCursor(scope, position))).toBe(position);
      }),
    );
  });

  it('of another person, list or filter is refused', () => {
    const cursor = encodeCursor(scope, 'bkg_1');
    expect(() => decodeCursor(['listBookings', 'buyer-2'], cursor)).toThrow(code('validation-error'));
    expect(() => decodeCursor(['listEvents', 'buyer-1'], cursor)).toThrow(code('validation-error'));
    expect(() => decodeCursor([...scope, 'music'], cursor)).toThrow(code('validation-error'));
  });

  it('that was changed in any place is refused', () => {
    const cursor = encodeCursor(scope, 'bkg_1');
    for (let index = 0; index < cursor.length; index += 1) {
      const other = cursor[index] === 'A' ? 'B' : 'A';
      const tampered = cursor.slice(0, index) + other + cursor.slice(index + 1);
      expect(() => decodeCursor(scope, tampered)).toThrow(code('validation-error'));
    }
    expect(() => decodeCursor(scope, `${cursor}=`)).toThrow(code('validation-error'));
    expect(() => decodeCursor(scope, 'no cursor at all')).toThrow(code('validation-error'));
  });
});

describe('If-Match', () => {
  it.each(['"3"', '"3.Zz_-9"', '"1", "3"', '*'])('%s permits a change of version 3', (ifMatch) => {
    expect(() => checkIfMatch(ifMatch, 3)).not.toThrow();
  });
  it.each(['"2"', '"33"', 'W/"3"', '""', '"2", "4"'])('%s does not', (ifMatch) => {
    expect(() => checkIfMatch(ifMatch, 3)).toThrow(code('precondition-failed'));
  });
  it.each(['3', '', '"3', 'W/3'])('%s is no ETag', (ifMatch) => {
    expect(() => checkIfMatch(ifMatch, 3)).toThrow(code('validation-error'));
  });
});

describe('If-None-Match', () => {
  it('finds the same ETag, weak or in a list', () => {
    expect(noneMatch('"a"', '"a"')).toBe(false);
    expect(noneMatch('W/"a"', '"a"')).toBe(false);
    expect(noneMatch('"b", "a"', '"a"')).toBe(false);
    expect(noneMatch('*', '"a"')).toBe(false);
    expect(noneMatch('"b"', '"a"')).toBe(true);
    expect(noneMatch(undefined, '"a"')).toBe(true);
  });
});

describe('an id', () => {
  const request = { requestId: 'request-1', startedAtMs: 1_750_000_000_000 };

  it('is the same for the same request, another for another, and a ULID', () => {
    expect(idOf('bkg', request)).toBe(idOf('bkg', request));
    expect(idOf('bkg', request)).not.toBe(idOf('bkg', { ...request, requestId: 'request-2' }));
    expect(idOf('bkg', request).slice(4)).not.toBe(idOf('evt', request).slice(4));
    expect(BookingId.safeParse(idOf('bkg', request)).success).toBe(true);
  });

  it('sorts by the time of its request', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(2 ** 31), (a, b) => {
        const [first, second] = [a, b].map((ms) => idOf('bkg', { requestId: 'r', startedAtMs: ms })) as [
          string,
          string,
        ];
        expect(Math.sign(a - b)).toBe(first < second ? -1 : Number(first > second));
      }),
    );
  });
});

describe('a wait between attempts', () => {
  it('has full jitter, doubles and is capped', () => {
    expect(backoffMs(0, 0)).toBe(0);
    expect(backoffMs(0, 0.5)).toBe(limits.retryBaseMs / 2);
    expect(backoffMs(3, 0.5)).toBe(limits.retryBaseMs * 4);
    expect(backoffMs(1_000, 0.5)).toBe(limits.retryCapMs / 2);
  });
});
