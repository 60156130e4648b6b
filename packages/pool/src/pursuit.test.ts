import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '@fairlead/testing';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import { Pursuit } from './pursuit.js';

describe('the pursuit of news', () => {
  test('asks again and again until it is told to stop, even by the answer itself', () => {
    const clock = new VirtualClock();
    let asked = 0;
    const pursuit: Pursuit = new Pursuit(clock, () => {
      asked += 1;
      if (asked === 3) pursuit.keep(false);
    });
    pursuit.keep(true);
    pursuit.keep(true);
    clock.advance(10_000);
    expect(asked).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  test('lasts while every known pod refuses and no answer can know of the loss', async () => {
    const virtual = VirtualPool.ready(1);
    const answer = (): void => virtual.resolver.push({ endpoints: [pod(1)], lagMs: 2_000, attributes: {} });
    answer();
    virtual.clock.advance(5_000);
    virtual.channel(1).lose();
    virtual.channel(1).refuse();
    await turn();
    const call = virtual.call();
    const before = virtual.resolver.refreshes;
    virtual.clock.advance(1_000);
    expect(virtual.resolver.refreshes).toBeGreaterThanOrEqual(before + 4);
    answer();
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.clock.advance(1_000);
    answer();
    await turn();
    expect(call.statuses).toHaveLength(1);
    const after = virtual.resolver.refreshes;
    virtual.clock.advance(200);
    expect(virtual.resolver.refreshes).toBe(after);
    virtual.pool.close();
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});
