import { AsyncLocalStorage } from 'node:async_hooks';
import type { Timer } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import type { FakeCall } from '../test/support/fake-channel.js';
import { pod, VirtualPool } from '../test/support/virtual-pool.js';

const { DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE } = status;
const FROM_SERVER = new Metadata();
FROM_SERVER.set('content-type', 'application/grpc');

/** A pool of one pod that is known to answer in 5 ms. */
function knownPool(): VirtualPool {
  const virtual = VirtualPool.ready(1);
  for (let n = 0; n < 10; n += 1) {
    const call = begin(virtual);
    virtual.clock.advance(5);
    call.end();
  }
  return virtual;
}

function begin(virtual: VirtualPool): FakeCall {
  virtual.call();
  return virtual.channel(1).calls.at(-1)!;
}

const loadOf = (virtual: VirtualPool): number => virtual.pool.snapshot().members[0]!.load;

/** The event loop is blocked while this call is on its way, and its end is what it sees first afterwards. */
function endAfterStall(virtual: VirtualPool, code: status, metadata = new Metadata()): void {
  const call = begin(virtual);
  virtual.clock.advance(100);
  virtual.clock.block(300);
  call.end(code, '', metadata);
}

describe('a stall of our own event loop', () => {
  test('is no latency of the pod, whether the answer is read before the timers or after them', () => {
    for (const timersFirst of [false, true]) {
      const virtual = knownPool();
      const call = begin(virtual);
      virtual.clock.advance(2);
      virtual.clock.block(300);
      const bystander = timersFirst ? virtual.clock.schedule(0, () => call.respond()) : undefined;
      if (bystander === undefined) call.respond();
      virtual.clock.advance(0);
      call.end();
      expect(loadOf(virtual)).toBeLessThanOrEqual(5);
      expect(virtual.pool.snapshot().members[0]!.inFlight).toBe(0);
    }
  });

  test('is no latency of a pod whose request may have gone out late', () => {
    const virtual = knownPool();
    const call = begin(virtual);
    virtual.clock.block(300);
    virtual.clock.advance(5);
    call.end();
    expect(loadOf(virtual)).toBeLessThanOrEqual(5);
  });

  test.each([
    ['DEADLINE_EXCEEDED', DEADLINE_EXCEEDED],
    ['UNAVAILABLE', UNAVAILABLE],
  ])('is no failure of the pod when %s is what grpc-js makes of it', (_name, code) => {
    const virtual = knownPool();
    endAfterStall(virtual, code);
    expect(loadOf(virtual)).toBeLessThanOrEqual(5);
  });

  test('does not excuse what a server says, nor anything else that failed', () => {
    for (const [code, metadata] of [
      [DEADLINE_EXCEEDED, FROM_SERVER],
      [INTERNAL, new Metadata()],
    ] as const) {
      const virtual = knownPool();
      endAfterStall(virtual, code, metadata);
      expect(loadOf(virtual)).toBe(5_000);
    }
  });

  test('does not excuse a pod that is slow or dead without it', () => {
    const slow = knownPool();
    const call = begin(slow);
    slow.clock.advance(1_000);
    slow.clock.block(300);
    slow.clock.advance(1_000);
    call.end();
    expect(loadOf(slow)).toBe(2_300);
    const dead = knownPool();
    const missing = begin(dead);
    dead.clock.advance(500);
    dead.clock.block(300);
    dead.clock.advance(200);
    missing.end(DEADLINE_EXCEEDED);
    expect(loadOf(dead)).toBe(5_000);
  });

  test('does not make a connection attempt time out: it gets the time back', () => {
    const virtual = new VirtualPool({ connectTimeoutMs: 700 });
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.clock.advance(600);
    virtual.clock.block(300);
    virtual.clock.advance(10);
    virtual.channel(1).ready();
    virtual.clock.advance(89);
    // The attempt that follows comes at once.
    const [, second] = virtual.channels;
    expect(second!.closed).toBe(false);
    virtual.clock.advance(1);
    expect(second!.closed).toBe(true);
    expect(virtual.pool.snapshot().members.map(({ connectivity }) => connectivity)).toEqual([
      'ready',
      'transient-failure',
    ]);
  });

  test('is told once, and can be read', () => {
    const virtual = knownPool();
    const told: unknown[] = [];
    virtual.pool.on('stall', (stall) => told.push(stall));
    const calls = [begin(virtual), begin(virtual)];
    virtual.clock.advance(100);
    virtual.clock.block(300);
    for (const call of calls) call.end();
    virtual.clock.advance(1_000);
    expect(told).toEqual([{ durationMs: 280 }]);
    expect(virtual.pool.snapshot().stalls).toEqual({ count: 1, totalMs: 280 });
  });

  test('leaves no timer: there is one while a call waits for its first answer, and none after', () => {
    const virtual = knownPool();
    expect(virtual.clock.pendingTimers).toBe(0);
    const call = begin(virtual);
    const stream = begin(virtual);
    expect(virtual.clock.pendingTimers).toBe(1);
    stream.respond();
    stream.respond();
    expect(virtual.clock.pendingTimers).toBe(1);
    virtual.clock.block(300);
    call.end();
    expect(virtual.clock.pendingTimers).toBe(0);
    stream.end();
    expect(begin(virtual).end()).toBeUndefined();
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('is none of our business with eventLoopStallMs: Infinity', () => {
    const virtual = VirtualPool.ready(1, { eventLoopStallMs: Infinity });
    const call = begin(virtual);
    expect(virtual.clock.pendingTimers).toBe(0);
    virtual.clock.block(300);
    call.end();
    expect(loadOf(virtual)).toBe(300);
    expect(virtual.pool.snapshot().stalls).toEqual({ count: 0, totalMs: 0 });
  });
});

test('the timer that watches the event loop does not keep the context of the call that began it', () => {
  const request = new AsyncLocalStorage<string>();
  const contexts = new Set<string | undefined>();
  class Clock extends VirtualClock {
    override schedule(...args: Parameters<VirtualClock['schedule']>): Timer {
      // The heartbeat's.
      if (args[0] === 20) contexts.add(request.getStore());
      return super.schedule(...args);
    }
  }
  const virtual = VirtualPool.ready(1, { clock: new Clock() });
  request.run('first call', () => virtual.call());
  expect([...contexts]).toEqual([undefined]);
});
