import { describe, expect, test } from '@jest/globals';
import { FairleadError } from './fairlead-error.js';
import { formatValue } from './format-value.js';
import { InvalidOptionError } from './invalid-option-error.js';
import { InvalidServiceConfigError } from './invalid-service-config-error.js';
import { InvalidTargetError } from './invalid-target-error.js';
import { UnsupportedPlatformError } from './unsupported-platform-error.js';

/** What another copy of the package makes: other classes, the same brand and code. */
function fromAnotherCopy(code: string): Error {
  class ForeignError extends Error {
    readonly code = code;
    get [Symbol.for('fairlead.error')](): true {
      return true;
    }
  }
  return new ForeignError('foreign');
}

describe('FairleadError', () => {
  test('is recognised by base and by class, also from another copy of the package', () => {
    for (const error of [new InvalidOptionError('a', 1, 'b'), fromAnotherCopy('FAIRLEAD_INVALID_OPTION')]) {
      expect(error).toBeInstanceOf(Error);
      expect(error instanceof FairleadError).toBe(true);
      expect(error instanceof InvalidOptionError).toBe(true);
      expect(error instanceof InvalidTargetError).toBe(false);
    }
  });

  test('recognises nothing else', () => {
    const lookAlike = Object.assign(new Error('x'), { code: 'FAIRLEAD_INVALID_OPTION' });
    for (const other of [lookAlike, new Error('x'), null, undefined, 'FairleadError', {}, () => 1]) {
      expect(other instanceof FairleadError).toBe(false);
      expect(other instanceof InvalidOptionError).toBe(false);
    }
  });

  test('a subclass without a code of its own is an ordinary class', () => {
    class Own extends InvalidOptionError {}
    expect(new Own('a', 1, 'b') instanceof Own).toBe(true);
    expect(new Own('a', 1, 'b') instanceof InvalidOptionError).toBe(true);
    expect(new InvalidOptionError('a', 1, 'b') instanceof Own).toBe(false);
    expect(fromAnotherCopy('FAIRLEAD_INVALID_OPTION') instanceof Own).toBe(false);
  });

  test('keeps the cause, and its stack begins with name and message', () => {
    const cause = new Error('inner');
    const error = new FairleadError('FAIRLEAD_X', 'outer', { cause });
    expect([error.code, error.cause, error.message]).toEqual(['FAIRLEAD_X', cause, 'outer']);
    expect(error.stack).toMatch(/^FairleadError: outer\n/);
    expect(Object.keys(error)).toEqual(['code']);
  });
});

describe('the error classes', () => {
  test.each([
    [
      new InvalidOptionError('retry.maxAttempts', 0, 'an integer, at least 1'),
      'retry.maxAttempts: 0 (expected: an integer, at least 1)',
    ],
    [new InvalidOptionError('name', 'x', 'one of "a", "b"'), 'name: "x" (expected: one of "a", "b")'],
    [new InvalidTargetError('dns:///', 'missing address'), 'invalid target "dns:///": missing address'],
    [new InvalidServiceConfigError(['a: 1', 'b: 2']), 'invalid service config: a: 1; b: 2'],
    [new UnsupportedPlatformError('LocalCluster', 'no fork'), 'LocalCluster is not supported here: no fork'],
  ])('%s', (error, message) => {
    expect(error.message).toBe(message);
    expect(error.code).toBe((error.constructor as unknown as { code: string }).code);
    expect(String(error)).toBe(`${error.constructor.name}: ${message}`);
  });

  test('carry what they speak of', () => {
    expect(new InvalidOptionError('a', [1], 'b')).toMatchObject({ option: 'a', value: [1], expected: 'b' });
    expect(new InvalidTargetError('t', 'r')).toMatchObject({ target: 't', reason: 'r' });
    expect(new UnsupportedPlatformError('f', 'r')).toMatchObject({ feature: 'f', reason: 'r' });
    expect(Object.isFrozen(new InvalidServiceConfigError(['p']).problems)).toBe(true);
  });
});

describe('formatValue', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  test.each([
    ['a "quoted"\ntext', '"a \\"quoted\\"\\ntext"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [NaN, 'NaN'],
    [12n, '12n'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [{ a: [1] }, '{"a":[1]}'],
    [cyclic, 'an array'],
    [{ big: 1n }, 'an object'],
    [{ toJSON: () => undefined }, 'an object'],
  ])('shows %p on one line', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  test('cuts what is long', () => {
    expect(formatValue('x'.repeat(200))).toHaveLength(80);
  });
});
