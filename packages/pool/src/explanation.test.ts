import { describe, expect, test } from '@jest/globals';
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

describe('the last error of a pod', () => {
  const standings = (virtual: VirtualPool): (string | undefined)[] =>
    virtual.pool
      .explain()
      .split('\n')
      .slice(1)
      .map((line) => line.split('; load ')[0]);

  test('is still told when it is ready again, with its age', async () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(1_000);
    virtual.channel(1).lose();
    await turn();
    virtual.channel(1).ready();
    expect(standings(virtual)).toEqual([
      '10.0.0.1:50051: ready; last error 0 ms ago: connection to 10.0.0.1:50051 was lost',
    ]);
    const told: (string | undefined)[] = [];
    for (const ms of [1_999, 1, 117_999, 1, 7_079_999, 1]) {
      virtual.clock.advance(ms);
      told.push(/last error (.* ago)/.exec(standings(virtual)[0]!)?.[1]);
    }
    expect(told).toEqual(['1999 ms ago', '2 s ago', '120 s ago', '2 min ago', '120 min ago', '2 h ago']);
    virtual.pool.close();
  });

  test('of a pod that is idle before it is over is over then', async () => {
    const virtual = VirtualPool.ready(1, { idleTimeoutMs: 60_000 });
    virtual.clock.advance(59_990);
    virtual.channel(1).lose();
    virtual.channel(1).refuse('connect ECONNREFUSED');
    await turn();
    virtual.clock.advance(10);
    expect(standings(virtual)).toEqual([
      '10.0.0.1:50051: not pickable, idle; last error 10 ms ago: connect to 10.0.0.1:50051 failed: connect ECONNREFUSED',
    ]);
    virtual.pool.close();
  });

  test('is not why it is idle or connects after an idle time', () => {
    const virtual = VirtualPool.ready(1, { idleTimeoutMs: 60_000 });
    virtual.clock.advance(1_000);
    virtual.channel(1).lose();
    virtual.channel(1).ready();
    virtual.clock.advance(60_000);
    const former = 'last error 60 s ago: connection to 10.0.0.1:50051 was lost';
    expect(standings(virtual)).toEqual([`10.0.0.1:50051: not pickable, idle; ${former}`]);
    virtual.pool.connect();
    expect(standings(virtual)).toEqual([`10.0.0.1:50051: not pickable, connecting; ${former}`]);
    virtual.pool.close();
  });
});

test('a call that finds nobody pickable is told the same of each pod as explain() says, and where to read of the others', async () => {
  const virtual = VirtualPool.ready(5, { balancing: roundRobin() });
  virtual.clock.advance(1_000);
  for (let n = 1; n <= 5; n += 1) {
    virtual.channel(n).lose();
    virtual.channel(n).refuse(`connect ECONNREFUSED 10.0.0.${n}:50051`);
  }
  await turn();
  const call = virtual.call({ deadline: virtual.clock.epochNow() + 20 });
  virtual.clock.advance(20);
  await turn();
  const lines = virtual.pool.explain().split('\n').slice(1, 4);
  const standings = lines.map((line) => line.split('; load ')[0]);
  expect(call.status?.details).toContain(`; ${standings.join('; ')}; 2 more; see channel.explain()`);
  virtual.pool.close();
});

test('explain() works before the start and after the end', () => {
  const virtual = new VirtualPool();
  expect(virtual.pool.explain()).toBe('test:///pods: IDLE, peak_ewma, 0 pods, 0 calls waiting');
  virtual.pool.close();
  expect(virtual.pool.explain()).toBe('test:///pods: SHUTDOWN, peak_ewma, 0 pods, 0 calls waiting');
});
