import { describe, expect, test } from '@jest/globals';
import { attributed, FakeMember } from '../../../test/support/fake-member.js';
import type { EndpointAttributes } from '../../endpoint/endpoint.js';
import { zoneTiers, type Place } from './zone-tiers.js';

const tiersOf = (pods: readonly EndpointAttributes[], place: Place): readonly number[] =>
  zoneTiers(
    pods.map((pod, index) => attributed(new FakeMember(index), pod)),
    place,
  );

const zones = (...names: string[]): EndpointAttributes => ({ hints: { zones: names } });
const nodes = (...names: string[]): EndpointAttributes => ({ hints: { nodes: names } });
const a = { zone: 'zone-a' };

describe('kube-proxy TestCategorizeEndpoints', () => {
  test.each<[string, Place, EndpointAttributes[], number[]]>([
    [
      'should use topology since all endpoints have hints, node has a zone label and and there are endpoints for the node’s zone',
      a,
      [zones('zone-a'), zones('zone-b'), zones('zone-c'), zones('zone-a')],
      [1, 2, 2, 1],
    ],
    ['node in different zone, no endpoint filtering', { zone: 'zone-b' }, [zones('zone-a')], [2]],
    [
      'unready endpoint',
      a,
      [zones('zone-a'), zones('zone-b'), zones('zone-c'), { ...zones('zone-a'), ready: false }],
      [1, 2, 2, 1],
    ],
    [
      'only unready endpoints in same zone (should not filter)',
      a,
      [{ ...zones('zone-a'), ready: false }, zones('zone-b'), zones('zone-c'), { ...zones('zone-a'), ready: false }],
      [2, 2, 2, 2],
    ],
    ['missing hints, no filtering applied', a, [zones('zone-a'), zones('zone-b'), {}, zones('zone-a')], [2, 2, 2, 2]],
    [
      'multiple hints per endpoint, filtering includes any endpoint with zone included',
      { zone: 'zone-c' },
      [zones('zone-a', 'zone-b', 'zone-c'), zones('zone-b', 'zone-c'), zones('zone-b', 'zone-d'), zones('zone-c')],
      [1, 1, 2, 1],
    ],
    [
      'PreferSameNode: hints of nodes before those of zones',
      { ...a, node: 'node-1' },
      [
        { hints: { nodes: ['node-1'], zones: ['zone-a'] } },
        { hints: { nodes: ['node-2'], zones: ['zone-a'] } },
        { hints: { nodes: ['node-3'], zones: ['zone-b'] } },
      ],
      [0, 1, 2],
    ],
    [
      'PreferSameNode: no hint for our node',
      { ...a, node: 'node-9' },
      [{ hints: { nodes: ['node-1'], zones: ['zone-a'] } }, { hints: { nodes: ['node-2'], zones: ['zone-b'] } }],
      [1, 2],
    ],
    ['PreferSameNode: missing hints', { ...a, node: 'node-1' }, [nodes('node-1'), {}], [2, 2]],
    ['empty', a, [], []],
  ])('%s', (_name, place, pods, tiers) => {
    expect(tiersOf(pods, place)).toEqual(tiers);
  });
});

describe('without hints that count', () => {
  test('a pod is where it is', () => {
    const pods = [{ zone: 'zone-a', node: 'n1' }, { zone: 'zone-a', node: 'n2' }, { zone: 'zone-b', node: 'n3' }, {}];
    expect(tiersOf(pods, a)).toEqual([1, 1, 2, 2]);
    expect(tiersOf(pods, { ...a, node: 'n1' })).toEqual([0, 1, 2, 2]);
  });

  test('hints that some pods lack are not mixed with places', () => {
    const pods = [{ zone: 'zone-b', ...zones('zone-a') }, { zone: 'zone-a' }];
    expect(tiersOf(pods, a)).toEqual([2, 1]);
  });
});
