import { endpointAt, roundRobin, type BalancingPolicyFactory } from '@fairlead/core';
import { ManualResolver, manualResolverFactory, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { cleanUpAfterEach } from '../../test/cleanup.js';
import { createChannel } from '../create-channel.js';

const { track } = cleanUpAfterEach();
const pods = [1, 2].map((port) => endpointAt({ kind: 'tcp', host: '127.0.0.1', port }));
const CONFIG = { loadBalancingConfig: [{ own: {} }], retryThrottling: { maxTokens: 10, tokenRatio: 1 } };

/** A channel that knows a policy of the user, which throws where `bad` says. */
function open() {
  const bad = { where: 'make' as 'make' | 'createLoad' | undefined };
  const boom = (where: string): void => {
    if (bad.where === where) throw new Error(`boom in ${where}`);
  };
  const own: BalancingPolicyFactory = {
    names: ['own'],
    create: () => () => {
      boom('make');
      const inner = roundRobin()();
      return {
        name: 'own',
        createLoad() {
          boom('createLoad');
          return inner.createLoad();
        },
        update: (members, context) => inner.update(members, context),
      };
    },
  };
  const resolver = new ManualResolver();
  const channel = track(
    createChannel('test:///x', grpc.credentials.createInsecure(), {
      clock: new VirtualClock(),
      resolvers: [manualResolverFactory('test', resolver)],
      balancingPolicies: [own],
    }),
  );
  const told: string[] = [];
  channel.on('serviceConfig', ({ policy }) => told.push(policy));
  channel.on('warning', ({ code, message }) => told.push(`${code}: ${message}`));
  channel.connect();
  resolver.push(pods);
  return { bad, channel, resolver, told };
}

test.each(['make', 'createLoad'] as const)(
  'a policy that throws in %s changes nothing, and the same config may be set again',
  (where) => {
    const { bad, channel, told } = open();
    bad.where = where;
    for (let n = 0; n < 2; n += 1) expect(() => channel.setServiceConfig(CONFIG as never)).toThrow(`boom in ${where}`);
    expect([channel.snapshot().policy, told]).toEqual(['peak_ewma', []]);
    bad.where = undefined;
    channel.setServiceConfig(CONFIG);
    expect([channel.snapshot().policy, told]).toEqual(['own', ['own']]);
  },
);

test('a policy of the resolver’s config that throws is warned of; the same config is tried again', () => {
  const { bad, channel, resolver, told } = open();
  const answer = { endpoints: pods, serviceConfig: CONFIG, attributes: {} };
  resolver.push(answer);
  expect([channel.snapshot().policy, told]).toEqual([
    'peak_ewma',
    [expect.stringMatching(/^service-config-invalid: .*boom in make/)],
  ]);
  bad.where = undefined;
  resolver.push(answer);
  expect([channel.snapshot().policy, told.at(-1)]).toEqual(['own', 'own']);
});
