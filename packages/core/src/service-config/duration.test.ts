import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { parseDuration } from './duration.js';

describe('parseDuration', () => {
  test.each([
    ['1s', 1_000],
    ['0s', 0],
    ['-0s', 0],
    ['0.5s', 500],
    ['1.050s', 1_050],
    ['1.000340012s', 1_000.340012],
    ['0.000000001s', 1e-6],
    ['-1.5s', -1_500],
    ['315576000000s', 315_576_000_000_000],
    ['-315576000000.000000000s', -315_576_000_000_000],
  ])('%s is %p ms', (text, ms) => {
    expect(parseDuration(text, 'x')).toBeCloseTo(ms, 9);
    expect(Object.is(parseDuration(text, 'x'), -0)).toBe(false);
  });

  test.each([
    '1',
    's',
    '',
    '.5s',
    '1.s',
    '.s',
    '1.5.s',
    '1.2.3s',
    '1 s',
    ' 1s',
    '1s ',
    '1e3s',
    '+1s',
    '--1s',
    '01s',
    '1m',
    '1S',
    '1.0000000001s',
    '0x1s',
    'Infinitys',
    '１s',
    '315576000001s',
    '315576000000.1s',
    '-315576000000.000000001s',
    '9'.repeat(400) + 's',
    1,
    null,
    undefined,
    { seconds: 1 },
    ['1s'],
  ])('refuses %j', (value) => {
    expect(() => parseDuration(value, 'x')).toThrow(InvalidOptionError);
  });

  test('reads every duration that can be written, to the nanosecond', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), fc.boolean(), (whole, nanos, negative) => {
        const text = `${negative ? '-' : ''}${whole}.${String(nanos).padStart(9, '0')}s`;
        const expected = (negative ? -1 : 1) * (whole * 1e9 + nanos);
        expect(Math.round(parseDuration(text, 'x') * 1e6) + 0).toBe(expected + 0);
      }),
    );
  });
});
