import { describe, expect, test } from '@jest/globals';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';

/** doc/connection-backoff.md of gRPC: 1 s × 1.6 ± 20 %, up to 120 s before the jitter. */
const backoffMs = (failures: number, maxMs = 120_000): number => Math.min(1_000 * 1.6 ** failures, maxMs);

function connecting(options: PoolOptions = {}, seed = 1): VirtualPool {
  const virtual = new VirtualPool(options, undefined, seed);
  virtual.pool.connect();
  virtual.resolver.push([pod(1)]);
  return virtual;
}

/** The times from the beginning of each attempt to that of the next, when the server refuses every one. */
async function gapsBetween(virtual: VirtualPool, attempts: number): Promise<number[]> {
  const gaps: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const begunAt = virtual.clock.now();
    virtual.channel(1).refuse();
    await turn();
    virtual.clock.advance(virtual.clock.nextTimerAt! - begunAt);
    gaps.push(virtual.clock.now() - begunAt);
    expect(virtual.channels).toHaveLength(attempt + 2);
  }
  return gaps;
}

function expectWithin(gap: number, baseMs: number): void {
  expect(gap).toBeGreaterThanOrEqual(baseMs * 0.8);
  expect(gap).toBeLessThanOrEqual(baseMs * 1.2);
}

describe('a pod that refuses', () => {
  test('is tried with a backoff that grows up to 120 s, jittered by 20 %', async () => {
    const gaps = await gapsBetween(connecting(), 20);
    gaps.forEach((gap, failures) => expectWithin(gap, backoffMs(failures)));
  });

  test('is tried about 13 times again in 540 s, as in the interop test of gRPC', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const gaps = await gapsBetween(connecting({}, seed), 20);
      let at = 0;
      const retries = gaps.filter((gap) => (at += gap) <= 540_000).length;
      // The first 12 bases take 412 s together, each later one 120 s; the jitter of the sum has σ = 25 s.
      expect(retries).toBeGreaterThanOrEqual(12);
      expect(retries).toBeLessThanOrEqual(14);
    }
  });

  test('is tried as often as grpc.max_reconnect_backoff_ms and grpc.initial_reconnect_backoff_ms say', async () => {
    const options = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 500 };
    const gaps = await gapsBetween(connecting(options), 8);
    gaps.forEach((gap, failures) => expectWithin(gap, Math.min(200 * 1.6 ** failures, 500)));
  });

  test('is tried at once, and with the first step again, after resetBackoff()', async () => {
    const virtual = connecting();
    await gapsBetween(virtual, 8);
    virtual.channel(1).refuse();
    await turn();
    const before = virtual.channels.length;
    virtual.pool.resetBackoff();
    expect(virtual.channels).toHaveLength(before + 1);
    virtual.channel(1).refuse();
    await turn();
    expectWithin(virtual.clock.nextTimerAt! - virtual.clock.now(), 1_000);
  });

  test('is met with the first step again after a connection that lived', async () => {
    const virtual = connecting();
    await gapsBetween(virtual, 8);
    virtual.channel(1).ready();
    virtual.clock.advance(1_000);
    virtual.channel(1).lose();
    virtual.channel(1).refuse();
    await turn();
    const before = virtual.channels.length;
    virtual.clock.advance(799);
    expect(virtual.channels).toHaveLength(before);
    virtual.clock.advance(401);
    expect(virtual.channels).toHaveLength(before + 1);
  });
});

describe('a pod that does not answer', () => {
  test('is tried again when the backoff since the beginning of the attempt is over, and at once when it is already', () => {
    const virtual = connecting({ connectTimeoutMs: 3_000 });
    let begunAt = virtual.clock.now();
    for (let failures = 0; failures < 8; failures += 1) {
      virtual.clock.advance(3_000);
      expect(virtual.pool.snapshot().members[0]!.lastError).toContain('timed out after 3000 ms');
      while (virtual.channels.length < failures + 2) virtual.clock.advance(10);
      const gap = virtual.clock.now() - begunAt;
      begunAt = virtual.clock.now();
      const base = backoffMs(failures);
      if (base * 1.2 < 3_000) expect(gap).toBeLessThanOrEqual(3_010);
      else {
        expect(gap).toBeGreaterThanOrEqual(Math.max(3_000, base * 0.8));
        expect(gap).toBeLessThanOrEqual(Math.max(3_000, base * 1.2) + 10);
      }
    }
  });
});
