import { roundRobinPolicy, type BalancingPolicyFactory } from '@fairlead/core';
import { ScriptedRandom } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

const mine: BalancingPolicyFactory = { ...roundRobinPolicy, names: ['mine', 'mine_too'], fields: ['speed'] };

function policyOf(options: ChannelOptions): string {
  const channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), options);
  channel.close();
  return channel.snapshot().policy;
}

const named = (...loadBalancingConfig: object[]) => ({ serviceConfig: { loadBalancingConfig } as never });

describe('balancingPolicies', () => {
  test('can be chosen by name in a service config, also in grpc.service_config and as a child', () => {
    const created: unknown[] = [];
    const spy: BalancingPolicyFactory = {
      names: ['spy'],
      create: (config, path, around) => {
        created.push([config, path]);
        return roundRobinPolicy.create({}, path, around);
      },
    };
    const options = { balancingPolicies: [mine, spy] };
    expect(policyOf({ ...options, ...named({ nobody: {} }, { spy: { a: 1 } }) })).toBe('round_robin');
    expect(policyOf({ ...options, 'grpc.service_config': '{"loadBalancingConfig":[{"spy":{}}]}' })).toBe('round_robin');
    expect(policyOf({ ...options, ...named({ priority: { childPolicy: [{ spy: {} }] } }) })).toBe('priority');
    expect(created).toEqual([
      [{ a: 1 }, 'serviceConfig.loadBalancingConfig[1].spy'],
      [{}, 'grpc.service_config.loadBalancingConfig[0].spy'],
      [{}, 'serviceConfig.loadBalancingConfig[0].priority.childPolicy[0].spy'],
    ]);
  });

  test('can be chosen later', () => {
    const channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), { balancingPolicies: [mine] });
    channel.setServiceConfig({ loadBalancingConfig: [{ mine_too: {} }] });
    expect(channel.snapshot().policy).toBe('round_robin');
    channel.close();
  });

  test('win over built-in ones of the same name', () => {
    const factory: BalancingPolicyFactory = {
      names: ['pick_first'],
      create: (...args) => roundRobinPolicy.create(...args),
    };
    expect(policyOf({ balancingPolicies: [factory], ...named({ pick_first: {} }) })).toBe('round_robin');
    expect(policyOf({ balancingPolicies: [] })).toBe('peak_ewma');
  });

  test.each<[unknown, string]>([
    [mine, 'balancingPolicies: {'],
    [null, 'balancingPolicies: null (expected: a list of BalancingPolicyFactory)'],
    [[null], 'balancingPolicies[0].names: undefined (expected: a list of names, at least one)'],
    [[() => undefined], 'balancingPolicies[0]: '],
    [
      [mine, { create: mine.create }],
      'balancingPolicies[1].names: undefined (expected: a list of names, at least one)',
    ],
    [[{ ...mine, names: [] }], 'balancingPolicies[0].names: [] (expected: a list of names, at least one)'],
    [[{ ...mine, names: [''] }], 'balancingPolicies[0].names: [""]'],
    [[{ ...mine, names: 'mine' }], 'balancingPolicies[0].names: "mine"'],
    [[{ names: ['mine'] }], 'balancingPolicies[0].create: undefined (expected: a function)'],
    [[{ ...mine, fields: [5] }], 'balancingPolicies[0].fields: [5] (expected: a list of names)'],
    [[mine, mine], 'balancingPolicies[1].names: "mine" (expected: a name that no other one has)'],
  ])('%p is refused', (balancingPolicies, message) => {
    expect(() => policyOf({ balancingPolicies } as ChannelOptions)).toThrow(message);
  });

  test('a field that it does not know is warned of', () => {
    const warnings: unknown[] = [];
    const channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), {
      balancingPolicies: [mine],
      random: new ScriptedRandom([]),
    });
    channel.on('warning', ({ message }) => warnings.push(message));
    channel.setServiceConfig({ loadBalancingConfig: [{ mine: { sped: 1 } }] });
    channel.close();
    expect(warnings).toEqual([expect.stringContaining('mine.sped: unknown field, ignored (did you mean speed?)')]);
  });
});
