import { describe, expect, test } from '@jest/globals';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import type { BalancingPolicyFactory } from './balancing-policy.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { parseLoadBalancingConfig } from './load-balancing-config.js';

const parse = (list: unknown, factories = builtInPolicies) => parseLoadBalancingConfig(list, factories, 'lb');

describe('parseLoadBalancingConfig', () => {
  test.each([
    [[{ round_robin: {} }], 'round_robin'],
    [[{ pick_first: { shuffleAddressList: true } }], 'pick_first'],
    [[{ peak_ewma: { decayTime: '5s' } }], 'peak_ewma'],
    [[{ from_the_future: 'anything' }, { round_robin: {} }, { pick_first: {} }], 'round_robin'],
    [[{ round_robin: {} }, { pick_first: { shuffleAddressList: 1 } }], 'round_robin'],
  ])('%j chooses %s', (list, name) => {
    const chosen = parse(list);
    expect([chosen.name, chosen.create().name]).toEqual([name, name]);
    expect(chosen.create()).not.toBe(chosen.create());
  });

  test('an alias is answered by its standard name', () => {
    const factory: BalancingPolicyFactory = { ...builtInPolicies[0]!, names: ['mine', 'mine_experimental'] };
    expect(parse([{ mine_experimental: {} }], [factory]).name).toBe('mine');
  });

  test.each([
    [{ round_robin: {} }, 'lb: {"round_robin":{}} (expected: a list of {"policy": {…}})'],
    [[{}], 'lb[0]: {} (expected: an object with exactly one key, a policy)'],
    [
      [{ round_robin: {}, pick_first: {} }],
      'lb[0]: {"round_robin":{},"pick_first":{}} (expected: an object with exactly',
    ],
    [[{ round_robin: {} }, null], 'lb[1]: null (expected: an object with exactly one key'],
    [['round_robin'], 'lb[0]: "round_robin" (expected: an object'],
    [[{ round_robin: null }], 'lb[0].round_robin: null (expected: an object)'],
    [[{ round_robin: [] }], 'lb[0].round_robin: [] (expected: an object)'],
    [[{ pick_first: { shuffleAddressList: 1 } }, { round_robin: {} }], 'lb[0].pick_first.shuffleAddressList: 1'],
    [[], 'lb: nothing: not supported by this version of Fairlead (expected: one of peak_ewma, '],
    [[{ cluster_resolver: {} }, { grpclb: {} }], 'lb: cluster_resolver, grpclb: not supported'],
    [[{ __proto__x: {} }], 'lb: __proto__x: not supported'],
  ])('refuses %j', (list, message) => {
    expect(() => parse(list)).toThrow(InvalidServiceConfigError);
    expect(() => parse(list)).toThrow(message);
  });
});

describe('a policy of a user in a config', () => {
  const own = (create: unknown): BalancingPolicyFactory[] => [
    { names: ['own'], create: create as BalancingPolicyFactory['create'] },
    ...builtInPolicies,
  ];

  test('whose create() answers no function is refused', () => {
    const parseOwn = () =>
      parse(
        [{ own: {} }],
        own(() => undefined),
      );
    expect(parseOwn).toThrow(InvalidServiceConfigError);
    expect(parseOwn).toThrow('lb[0].own: undefined (expected: create() that makes a function)');
  });

  test('whose create() throws is refused with its path, and the cause', () => {
    const cause = new RangeError('no such region');
    const create = () => {
      throw cause;
    };
    for (const [list, path] of [
      [[{ own: {} }], 'lb[0].own'],
      [[{ priority: { childPolicy: [{ own: {} }] } }], 'lb[0].priority.childPolicy[0].own'],
    ] as const) {
      expect(() => parse(list, own(create))).toThrow(
        expect.objectContaining({ problems: [`${path}: no such region`], cause }),
      );
    }
  });

  test.each([
    [[{ own: {} }], 'lb[0].own: undefined (expected: a function that makes an object with createLoad()'],
    [[{ priority: { childPolicy: [{ own: {} }] } }], 'lb[0].priority.childPolicy[0].own: undefined (expected: '],
  ])('%j: what it makes must be a policy', (list, message) => {
    const { create } = parse(
      list,
      own(() => () => undefined),
    );
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(message);
  });
});

describe('a config that is no plain data', () => {
  const nested = (depth: number): unknown => {
    let list: unknown = [{ round_robin: {} }];
    for (let n = 1; n < depth; n += 1) list = [{ failure_accrual: { childPolicy: list } }];
    return list;
  };

  test('nests at most 16 policies', () => {
    expect(parse(nested(16)).create().name).toBe('failure_accrual');
    for (const depth of [17, 1_000]) {
      expect(() => parse(nested(depth))).toThrow(InvalidServiceConfigError);
      expect(() => parse(nested(depth))).toThrow('nested too deep (expected: at most 16 policies inside each other)');
    }
  });

  test('may not contain itself', () => {
    const config: Record<string, unknown> = {};
    config['childPolicy'] = [{ failure_accrual: config }];
    expect(() => parse([{ failure_accrual: config }])).toThrow('nested too deep');
  });

  test('may not contain functions', () => {
    const parseIt = () => parse([{ round_robin: { weigh: () => 1 } }]);
    expect(parseIt).toThrow(InvalidServiceConfigError);
    expect(parseIt).toThrow('lb: round_robin: holds a function, or something else that is no JSON');
  });
});
