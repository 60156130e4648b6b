import { describe, expect, test } from '@jest/globals';
import type { MemberConnectivity } from '../../pick/picker.js';
import { ringConnectivity } from './ring-connectivity.js';

describe('the state of a ring', () => {
  const [I, C, R, T] = ['idle', 'connecting', 'ready', 'transient-failure'] as const;
  // grpc-go TestAggregatedConnectivityState, and the rules of gRFC A42 one by one.
  test.each<[MemberConnectivity[], MemberConnectivity]>([
    [[R], R],
    [[T, T, R, I, C], R],
    [[T, T], T],
    [[T, T, C], T],
    [[T, T, I, I], T],
    [[C, T], C],
    [[C, I], C],
    [[T, I], C],
    [[I, I, T], C],
    [[I, I], I],
    [[I], I],
    [[T], T],
    [[], T],
  ])('%j → %s', (states, whole) => {
    expect(ringConnectivity(states)).toBe(whole);
  });
});
