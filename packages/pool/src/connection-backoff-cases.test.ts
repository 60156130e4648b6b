import { expect, test } from '@jest/globals';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

// The interop test "connection backoff" (grpc/grpc doc/connection-backoff-interop-test-description.md), and what is of a
// client in grpc-go clientconn_test.go, under the names that it has there. In virtual time.

function connecting(): VirtualPool {
  const virtual = new VirtualPool();
  virtual.pool.connect();
  virtual.resolver.push([pod(1)]);
  return virtual;
}

/** Refuses, and waits for the next attempt. @returns how long that took, in ms */
async function refused(virtual: VirtualPool): Promise<number> {
  virtual.channel(1).refuse();
  await turn();
  const made = virtual.channels.length;
  const since = virtual.clock.now();
  while (virtual.channels.length === made) virtual.clock.advance(virtual.clock.nextTimerAt! - virtual.clock.now());
  return virtual.clock.now() - since;
}

test('connection backoff: within 540 s there are about 13 attempts, and each gap is within the band of the formula', async () => {
  const virtual = connecting();
  const gaps: number[] = [];
  while (virtual.clock.now() < 540_000) gaps.push(await refused(virtual));
  gaps.forEach((gapMs, n) => {
    const base = Math.min(1_000 * 1.6 ** n, 120_000);
    expect(gapMs).toBeGreaterThanOrEqual(0.8 * base);
    expect(gapMs).toBeLessThanOrEqual(1.2 * base);
  });
  expect(Math.abs(gaps.length - 13)).toBeLessThanOrEqual(2);
  virtual.pool.close();
});

test('TestResetConnectBackoff', async () => {
  const virtual = connecting();
  for (let n = 0; n < 5; n++) await refused(virtual);
  virtual.channel(1).refuse();
  await turn();
  const made = virtual.channels.length;
  virtual.pool.resetBackoff();
  expect(virtual.channels).toHaveLength(made + 1);
  // And the next wait is the first one again.
  expect(await refused(virtual)).toBeLessThanOrEqual(1_200);
  virtual.pool.close();
});

test('TestBackoffCancel', async () => {
  const virtual = connecting();
  virtual.channel(1).refuse();
  await turn();
  virtual.pool.close();
  expect([virtual.clock.pendingTimers, virtual.channels.filter(({ closed }) => !closed)]).toEqual([0, []]);
});

test('TestUpdateAddresses_NoopIfCalledWithSameAddresses', () => {
  const virtual = VirtualPool.ready(2);
  const before = virtual.channels.length;
  for (let n = 0; n < 3; n++) virtual.resolver.push([pod(1), pod(2)]);
  expect(virtual.channels).toHaveLength(before);
  expect(virtual.channels.filter(({ closed }) => closed)).toEqual([]);
});

test('TestResolverEmptyUpdateNotPanic', () => {
  const virtual = new VirtualPool();
  virtual.pool.connect();
  expect(() => virtual.resolver.push([])).not.toThrow();
  virtual.pool.close();
});
