import { describe, expect, test } from '@jest/globals';
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
    [[], 'lb: nothing: not supported by this version of Fairlead (expected: one of peak_ewma, round_robin'],
    [[{ cds_experimental: {} }, { grpclb: {} }], 'lb: cds_experimental, grpclb: not supported'],
    [[{ __proto__x: {} }], 'lb: __proto__x: not supported'],
  ])('refuses %j', (list, message) => {
    expect(() => parse(list)).toThrow(InvalidServiceConfigError);
    expect(() => parse(list)).toThrow(message);
  });
});
