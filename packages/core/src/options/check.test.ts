import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { nested, resolveOptions } from './check.js';
import { count, durationMs, ratio } from './number-rules.js';
import { bool, custom, func, oneOf, optional, text } from './value-rules.js';

const rules = {
  timeoutMs: durationMs({ default: 1_000, min: 1, allowInfinity: true }),
  maxAttempts: count({ default: 3, min: 1, max: 5 }),
  jitterRatio: ratio({ default: 0.2 }),
  shuffle: bool({ default: false }),
  mode: oneOf(['fast', 'safe'], { default: 'safe' }),
  label: optional(text()),
};

describe('resolveOptions', () => {
  test('answers a frozen, full copy with defaults, typed by the rules', () => {
    const given = Object.freeze({ maxAttempts: 2, shuffle: undefined });
    const options: {
      readonly maxAttempts: number;
      readonly mode: 'fast' | 'safe';
      readonly label: string | undefined;
    } = resolveOptions(given, rules);
    expect(options).toEqual({
      timeoutMs: 1_000,
      maxAttempts: 2,
      jitterRatio: 0.2,
      shuffle: false,
      mode: 'safe',
      label: undefined,
    });
    expect(Object.isFrozen(options)).toBe(true);
    expect(options).not.toBe(given);
    expect(resolveOptions(undefined, rules).timeoutMs).toBe(1_000);
  });

  test.each([
    [{ maxAttemps: 2 }, 'retry.maxAttemps: 2 (expected: unknown option (did you mean `maxAttempts`?))'],
    [{ timeoutMS: 2 }, 'retry.timeoutMS: 2 (expected: unknown option (did you mean `timeoutMs`?))'],
    [{ xyz: 1 }, /^retry\.xyz: 1 \(expected: unknown option; known are `timeoutMs`, .*`label`\)$/],
    [{ toString: 1 }, /^retry\.toString: 1 \(expected: unknown option/],
    [JSON.parse('{"__proto__": 1}'), /^retry\.__proto__: 1 \(expected: unknown option/],
    [{ maxAttempts: 6 }, 'retry.maxAttempts: 6 (expected: an integer, 1 to 5)'],
    [{ maxAttempts: '3' }, 'retry.maxAttempts: "3" (expected: an integer, 1 to 5)'],
    [{ shuffle: null }, 'retry.shuffle: null (expected: true or false)'],
    [null, 'retry: null (expected: an object)'],
    [[], 'retry: [] (expected: an object)'],
    [() => 1, 'retry: a function (expected: an object)'],
    ['x', 'retry: "x" (expected: an object)'],
  ])('refuses %j', (given, message) => {
    expect(() => resolveOptions(given, rules, 'retry')).toThrow(InvalidOptionError);
    expect(() => resolveOptions(given, rules, 'retry')).toThrow(message);
  });

  test('names options without a path at the top, and with the whole path inside', () => {
    const outer = { inner: nested({ deep: nested({ n: count() }) }) };
    expect(() => resolveOptions({ inner: { deep: { n: -1 } } }, outer)).toThrow(/^inner\.deep\.n: -1/);
    expect(() => resolveOptions(null, outer)).toThrow(/^options: null/);
    expect(() => resolveOptions({}, outer)).toThrow('inner.deep.n: undefined (expected: an integer, at least 0)');
  });

  test('throws nothing but InvalidOptionError, whatever is given', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        try {
          resolveOptions(given, rules);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidOptionError);
        }
      }),
    );
  });
});

describe('the rules', () => {
  test.each([
    ['durationMs', durationMs({ min: 1, max: 10 }), [1, 2.5, 10], [0, 11, NaN, Infinity, '1', undefined]],
    ['durationMs unlimited', durationMs(), [0, 1e300], [-1, Infinity]],
    ['durationMs with infinity', durationMs({ max: 5, allowInfinity: true }), [5, Infinity], [6, -Infinity]],
    ['count', count(), [0, 2 ** 53 - 1], [1.5, -1, 2 ** 53, NaN]],
    ['ratio', ratio(), [0, 0.5, 1], [1.01, -0.1, NaN]],
    ['bool', bool(), [true, false], [0, 1, 'true', undefined]],
    ['oneOf', oneOf(['a', 'b']), ['a', 'b'], ['c', '', undefined, ['a']]],
    ['text', text(), ['x'], ['', 1, undefined]],
    ['text may be empty', text({ allowEmpty: true }), [''], [null]],
    ['text with a pattern', text({ pattern: /^[a-z]+$/ }), ['ab'], ['aB', '']],
    ['func', func(), [() => 1, String], [{}, undefined]],
    ['optional', optional(count()), [undefined, 1], [null, -1]],
  ])('%s', (_, rule, accepted, refused) => {
    for (const value of accepted) expect(rule.check(value, 'x')).toBe(value);
    for (const value of refused) expect(() => rule.check(value, 'x')).toThrow(InvalidOptionError);
  });

  test('say the range in words', () => {
    const message = (check: () => unknown): string => {
      try {
        check();
      } catch (error) {
        return (error as InvalidOptionError).expected;
      }
      return 'accepted';
    };
    expect(message(() => durationMs({ min: 1, allowInfinity: true }).check(0, 'x'))).toBe(
      'a duration, at least 1 ms, or Infinity',
    );
    expect(message(() => ratio().check(2, 'x'))).toBe('a ratio, 0 to 1');
    expect(message(() => oneOf(['a', 'b']).check(2, 'x'))).toBe('one of "a", "b"');
    expect(message(() => text({ expected: 'a name' }).check(2, 'x'))).toBe('a name');
    expect(message(() => custom(() => 1).check(2, 'x'))).toBe('accepted');
  });
});
