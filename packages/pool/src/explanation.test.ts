import { expect, test } from '@jest/globals';
import { roundRobin } from '@fairlead/core';
import { turn, VirtualPool } from '../test/support/virtual-pool.js';

test('explain() says of each member what it does, and why it is not pickable', async () => {
  const virtual = VirtualPool.ready(3, { balancing: roundRobin() });
  virtual.clock.advance(1_000);
  virtual.channel(2).lose();
  virtual.channel(2).refuse('connect ECONNREFUSED 10.0.0.2:50051');
  await turn();
  virtual.channel(3).lose();
  virtual.call();
  virtual.clock.advance(12);
  const [pool, ...members] = virtual.pool.explain().split('\n');
  expect(pool).toBe('test:///pods: READY, round_robin, 3 pods, 0 calls waiting');
  expect(members).toEqual([
    '10.0.0.1:50051: ready; load 1, 1 in flight, picked 12 ms ago',
    expect.stringMatching(
      /^10\.0\.0\.2:50051: not pickable, backing off for another \d+ ms \(connect ECONNREFUSED 10\.0\.0\.2:50051\); load 0, 0 in flight, never picked$/,
    ),
    '10.0.0.3:50051: not pickable, connecting (connection to 10.0.0.3:50051 was lost); load 0, 0 in flight, never picked',
  ]);
  virtual.resolver.fail(new Error('SERVFAIL'));
  expect(virtual.pool.explain()).toContain('0 calls waiting, last look-up failed: SERVFAIL\n');
  virtual.pool.close();
});

test('explain() works before the start and after the end', () => {
  const virtual = new VirtualPool();
  expect(virtual.pool.explain()).toBe('test:///pods: IDLE, peak_ewma, 0 pods, 0 calls waiting');
  virtual.pool.close();
  expect(virtual.pool.explain()).toBe('test:///pods: SHUTDOWN, peak_ewma, 0 pods, 0 calls waiting');
});
