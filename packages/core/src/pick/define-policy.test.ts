import { describe, expect, test } from '@jest/globals';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { count, durationMs } from '../options/number-rules.js';
import { bool } from '../options/value-rules.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { roundRobin } from '../policies/round-robin.js';
import type { BalancingPolicy } from './balancing-policy.js';
import { childPolicy, definePolicy, group, optionalGroup } from './define-policy.js';
import { parseLoadBalancingConfig } from './load-balancing-config.js';

const made: unknown[] = [];
const mine = definePolicy({
  names: ['mine', 'mine_experimental'],
  rules: {
    intervalMs: durationMs({ default: 10_000, min: 1, max: 60_000 }),
    size: count({ min: 1 }),
    inner: group({ timeoutMs: durationMs({ default: 1 }), strict: bool({ default: false }) }),
    extra: optionalGroup({ limit: count({ default: 3 }) }),
    childPolicy: childPolicy(roundRobin()),
  },
  create({ childPolicy: create, ...options }) {
    const child = create();
    made.push({ ...options, child: child.name });
    return child;
  },
});
const parse = (config: unknown) => parseLoadBalancingConfig([{ mine: config }], [mine, ...builtInPolicies], 'lb');

function optionsOf(make: () => BalancingPolicy): unknown {
  make();
  return made.at(-1);
}

const DEFAULTS = { intervalMs: 10_000, size: 1, inner: { timeoutMs: 1, strict: false }, extra: undefined };

describe('one table for a config and for typed options', () => {
  test.each([
    [{ size: 1 }, { size: 1 }, { ...DEFAULTS, child: 'round_robin' }],
    [
      {
        interval: '0.5s',
        size: 7,
        inner: { timeout: '2s', strict: true },
        extra: {},
        childPolicy: [{ pick_first: {} }],
      },
      undefined,
      { intervalMs: 500, size: 7, inner: { timeoutMs: 2_000, strict: true }, extra: { limit: 3 }, child: 'pick_first' },
    ],
    [
      { size: 1, interval: null, inner: null, extra: null, childPolicy: null },
      { size: 1, intervalMs: undefined, inner: undefined },
      { ...DEFAULTS, child: 'round_robin' },
    ],
  ])('%j', (config, options, expected) => {
    expect(optionsOf(parse(config).create)).toEqual(expected);
    if (options !== undefined) expect(optionsOf(mine.fromOptions(options))).toEqual(expected);
  });

  test.each([
    [{}, 'lb[0].mine.size: undefined (expected: an integer, at least 1)'],
    [{ size: 1, interval: '61s' }, 'lb[0].mine.interval: "61s" (expected: a duration, 1 to 60000 ms)'],
    [{ size: 1, interval: 5 }, 'lb[0].mine.interval: 5 (expected: a duration in seconds such as "1.5s"'],
    [{ size: 1, inner: 5 }, 'lb[0].mine.inner: 5 (expected: an object)'],
    [{ size: 1, inner: { strict: 1 } }, 'lb[0].mine.inner.strict: 1 (expected: true or false)'],
    [{ size: 1, childPolicy: {} }, 'lb[0].mine.childPolicy: {} (expected: a list of {"policy": {…}})'],
    [
      { size: 1, childPolicy: [{ pick_first: { shuffleAddressList: 3 } }] },
      'lb[0].mine.childPolicy[0].pick_first.shuffleAddressList: 3 (expected: true or false)',
    ],
  ])('the config %j is refused', (config, message) => {
    expect(() => parse(config)).toThrow(message);
  });

  test.each([
    [{}, 'mine.size: undefined (expected: an integer, at least 1)'],
    [{ size: 1, interval: 5 }, 'mine.interval: 5 (expected: unknown option (did you mean `intervalMs`?))'],
    [{ size: 1, inner: { timeoutMs: -1 } }, 'mine.inner.timeoutMs: -1 (expected: a duration, at least 0 ms)'],
    [{ size: 1, childPolicy: [] }, 'mine.childPolicy: [] (expected: a policy, e.g. roundRobin())'],
    ['x', 'mine: "x" (expected: an object)'],
  ])('the options %j are refused', (options, message) => {
    expect(() => mine.fromOptions(options)).toThrow(message);
  });

  test('unknown fields are warned of at every depth, the children’s too', () => {
    const config = { size: 1, intervall: '1s', inner: { strikt: true }, childPolicy: [{ pick_first: { shuffle: 1 } }] };
    expect(parse(config).warnings.toSorted()).toEqual([
      'lb[0].mine.childPolicy[0].pick_first.shuffle: unknown field, ignored',
      'lb[0].mine.inner.strikt: unknown field, ignored (did you mean strict?)',
      'lb[0].mine.intervall: unknown field, ignored (did you mean interval?)',
    ]);
  });

  test.each<[string, () => unknown]>([
    ['a function', roundRobin],
    ['undefined', () => undefined],
  ])('a childPolicy that makes %s is no policy', (made, childPolicy) => {
    const make = mine.fromOptions({ size: 1, childPolicy });
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(`mine.childPolicy: ${made} (expected: a function that makes an object with createLoad()`);
  });

  test('an alias chooses it, under its standard name', () => {
    expect(parseLoadBalancingConfig([{ mine_experimental: { size: 1 } }], [mine], 'lb').name).toBe('mine');
  });
});
