import { EventEmitter } from 'node:events';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { propagate, status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

/** The server call that a client call hangs on, as far as a channel looks at it. */
class ParentCall extends EventEmitter {
  cancelled = false;
  readonly #deadline: number;

  constructor(deadline = Infinity) {
    super();
    this.#deadline = deadline;
  }

  getDeadline(): number {
    return this.#deadline;
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled', 'cancelled');
  }
}

describe('a call that waits for a pod', () => {
  test('says at its deadline what it was waiting for', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call({ waitForReady: true, deadline: virtual.clock.epochNow() + 300 });
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.channel(1).refuse('connect ECONNREFUSED 10.0.0.1:50051');
    await turn();
    virtual.clock.advance(300);
    await turn();
    expect(call.statuses).toEqual([
      expect.objectContaining({
        code: status.DEADLINE_EXCEEDED,
        details: expect.stringMatching(
          new RegExp(
            '^Deadline exceeded after 300 ms, waiting for a pod: none of 2 pods of test:///pods is ready; ' +
              'last error: connect ECONNREFUSED 10.0.0.1:50051; 10.0.0.1:50051: not pickable, backing off for ' +
              'another \\d+ ms \\(connect ECONNREFUSED 10.0.0.1:50051\\); 10.0.0.2:50051: not pickable, connecting$',
          ),
        ),
      }),
    ]);
    expect(virtual.pool.snapshot().waitingCalls).toBe(0);
  });

  test('ends at once when it is cancelled, and is not sent later', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call({ deadline: virtual.clock.epochNow() + 300 });
    call.call.cancelWithStatus(status.CANCELLED, 'Cancelled on client');
    await turn();
    expect(call.status).toMatchObject({ code: status.CANCELLED, details: 'Cancelled on client' });
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    virtual.clock.advance(400);
    await turn();
    expect(virtual.channel(1).calls).toEqual([]);
    expect(call.statuses).toHaveLength(1);
  });

  test('keeps the process alive with one timer, and nothing else does', () => {
    const virtual = VirtualPool.ready(2);
    expect(virtual.clock.pendingKeepAliveTimers).toBe(0);
    for (const n of [1, 2]) virtual.channel(n).lose();
    expect(virtual.clock.pendingKeepAliveTimers).toBe(0);
    const calls = [virtual.call({ waitForReady: true }), virtual.call({ waitForReady: true })];
    expect(virtual.clock.pendingKeepAliveTimers).toBe(1);
    calls[0]!.call.cancelWithStatus(status.CANCELLED, '');
    expect(virtual.clock.pendingKeepAliveTimers).toBe(1);
    virtual.clock.advance(2_000);
    virtual.channel(1).ready();
    expect(virtual.channel(1).calls).toHaveLength(1);
    expect(virtual.clock.pendingKeepAliveTimers).toBe(0);
  });

  test('fails with the text of grpc-js when the pool is closed', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call({ waitForReady: true });
    virtual.pool.close();
    await turn();
    expect(call.statuses).toEqual([
      expect.objectContaining({ code: status.UNAVAILABLE, details: 'Channel closed before call started' }),
    ]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('is called back in the context in which it was started', async () => {
    const virtual = new VirtualPool();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const call = storage.run('request 7', () => virtual.call());
    const { onReceiveStatus } = call;
    call.onReceiveStatus = (given): void => {
      seen.push(storage.getStore());
      onReceiveStatus.call(call, given);
    };
    virtual.resolver.fail(new Error('SERVFAIL'));
    await turn();
    expect(seen).toEqual(['request 7']);
  });

  test('is not ended by its waiting deadline once it was picked: the deadline is the member’s business then', async () => {
    const virtual = new VirtualPool({ eventLoopStallMs: Infinity });
    const call = virtual.call({ deadline: virtual.clock.epochNow() + 300 });
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(virtual.clock.pendingTimers).toBe(0);
    virtual.clock.advance(400);
    await turn();
    expect(call.statuses).toEqual([]);
  });
});

describe('a waiting call with a parent call', () => {
  test('is cancelled with it', async () => {
    const virtual = new VirtualPool();
    const parent = new ParentCall();
    const call = virtual.call({ parent });
    parent.cancel();
    await turn();
    expect(call.status).toMatchObject({ code: status.CANCELLED, details: 'Cancelled by parent call' });
    expect(parent.listenerCount('cancelled')).toBe(0);
  });

  test('is cancelled when the parent was so before', async () => {
    const virtual = new VirtualPool();
    const parent = new ParentCall();
    parent.cancel();
    const call = virtual.call({ parent });
    await turn();
    expect(call.status!.code).toBe(status.CANCELLED);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('ends at the deadline of the parent when that is the earlier one', async () => {
    const virtual = new VirtualPool();
    const now = virtual.clock.epochNow();
    const call = virtual.call({ parent: new ParentCall(now + 100), deadline: now + 200 });
    virtual.clock.advance(100);
    await turn();
    expect(call.status!.code).toBe(status.DEADLINE_EXCEEDED);
  });

  test('takes over only what is propagated', async () => {
    const virtual = new VirtualPool();
    const parent = new ParentCall(virtual.clock.epochNow() + 100);
    const call = virtual.call({ parent, propagate: propagate.CENSUS_STATS_CONTEXT });
    parent.cancel();
    virtual.clock.advance(200);
    await turn();
    expect(call.statuses).toEqual([]);
  });

  test('leaves no listener on the parent when it was picked', () => {
    const virtual = new VirtualPool();
    const parent = new ParentCall();
    virtual.call({ parent });
    expect(parent.listenerCount('cancelled')).toBe(1);
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(virtual.channel(1).calls).toHaveLength(1);
    expect(parent.listenerCount('cancelled')).toBe(0);
  });
});
