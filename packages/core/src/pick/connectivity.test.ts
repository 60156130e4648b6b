import { describe, expect, test } from '@jest/globals';
import { aggregateConnectivity } from './connectivity.js';
import type { MemberConnectivity } from './picker.js';

describe('aggregateConnectivity', () => {
  const [I, C, R, T] = ['idle', 'connecting', 'ready', 'transient-failure'] as const;
  test.each<[MemberConnectivity[], MemberConnectivity]>([
    [[R], R],
    [[T, T, R, I, C], R],
    [[C, T], C],
    [[T, I], C],
    [[I, C], C],
    [[I, I], I],
    [[T, T], T],
    [[], T],
  ])('%j → %s', (states, aggregate) => {
    expect(aggregateConnectivity(states)).toBe(aggregate);
  });
});
