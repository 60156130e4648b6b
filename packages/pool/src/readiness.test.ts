import { describe, expect, test } from '@jest/globals';
import { connectivityState, status } from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';

/** Long enough for a connection to be replaced at once when it is lost. */
const A_WHILE_MS = 5_000;

describe('a call without waitForReady', () => {
  test('waits while its target is resolved and its pods connect', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call();
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.channel(1).refuse();
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.channel(2).ready();
    expect(virtual.channel(2).calls).toHaveLength(1);
  });

  test('fails with the last cause when every pod of the first answer refused', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call();
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.channel(1).refuse('connect ECONNREFUSED 10.0.0.1:50051');
    virtual.channel(2).refuse('connect EHOSTUNREACH 10.0.0.2:50051');
    await turn();
    expect(call.status).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringMatching(
        new RegExp(
          '^no pod of test:///pods can be reached \\(2 tried\\); last error: connect EHOSTUNREACH 10.0.0.2:50051; ' +
            '10.0.0.1:50051: not pickable, backing off for another \\d+ ms \\(connect ECONNREFUSED 10.0.0.1:50051\\); ' +
            '10.0.0.2:50051: not pickable, backing off for another \\d+ ms \\(connect EHOSTUNREACH 10.0.0.2:50051\\)$',
        ),
      ),
    });
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.TRANSIENT_FAILURE);
    const next = virtual.call();
    await turn();
    expect(next.status!.code).toBe(status.UNAVAILABLE);
  });

  test('waits until a resolution begun after the loss has answered, although every known pod refuses', async () => {
    const virtual = VirtualPool.ready(2);
    virtual.clock.advance(A_WHILE_MS);
    for (const n of [1, 2]) virtual.channel(n).lose();
    const lostAt = virtual.clock.now();
    for (const n of [1, 2]) virtual.channel(n).refuse();
    await turn();
    const call = virtual.call();
    virtual.clock.advance(50);
    virtual.resolver.push([pod(1), pod(2)], lostAt - 1);
    await turn();
    expect(call.statuses).toEqual([]);
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.CONNECTING);
    virtual.resolver.push([pod(1), pod(2)], lostAt + 1);
    await turn();
    expect(call.status!.code).toBe(status.UNAVAILABLE);
  });

  test('goes to a pod that this resolution names and that connects', async () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(A_WHILE_MS);
    virtual.channel(1).lose();
    virtual.channel(1).refuse();
    await turn();
    const call = virtual.call();
    virtual.resolver.push([pod(2)]);
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.channel(2).ready();
    virtual.channel(2).calls[0]!.end();
    expect(call.status!.code).toBe(status.OK);
  });

  test('fails when that resolution failed, too: there is nothing left to hope for', async () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(A_WHILE_MS);
    virtual.channel(1).lose();
    virtual.channel(1).refuse('connect ECONNREFUSED');
    await turn();
    const call = virtual.call();
    virtual.resolver.fail(new Error('SERVFAIL'));
    await turn();
    expect(call.status!.details).toContain('connect ECONNREFUSED');
  });

  test('is not failed by pods that are only trying again', async () => {
    const virtual = new VirtualPool();
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2)]);
    virtual.channel(1).refuse();
    await turn();
    virtual.clock.advance(2_000);
    expect(virtual.channel(1).connecting).toBe(true);
    const call = virtual.call();
    await turn();
    expect(call.statuses).toEqual([]);
    expect(virtual.pool.snapshot().members[0]!.connectivity).toBe('transient-failure');
  });
});

describe('a call with waitForReady', () => {
  test('waits through refusals, resolver errors and empty answers', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call({ waitForReady: true });
    virtual.resolver.fail(new Error('SERVFAIL'));
    virtual.resolver.push([]);
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).refuse();
    await turn();
    expect(call.statuses).toEqual([]);
    expect(virtual.pool.snapshot().waitingCalls).toBe(1);
    virtual.clock.advance(2_000);
    virtual.channel(1).ready();
    virtual.channel(1).calls[0]!.end();
    expect(call.status!.code).toBe(status.OK);
  });
});

describe('the state of a pool', () => {
  test('goes from idle over connecting and ready to failure, and is told each time', async () => {
    const virtual = new VirtualPool();
    const changes: string[] = [];
    virtual.pool.on('state', ({ from, to }) => changes.push(`${from} → ${to}`));
    expect(virtual.pool.getConnectivityState(false)).toBe(connectivityState.IDLE);
    virtual.pool.getConnectivityState(true);
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    virtual.clock.advance(1);
    virtual.channel(1).lose();
    virtual.resolver.push([pod(1)]);
    virtual.pool.close();
    expect(changes).toEqual([
      'IDLE → CONNECTING',
      'CONNECTING → READY',
      'READY → CONNECTING',
      'CONNECTING → TRANSIENT_FAILURE',
      'TRANSIENT_FAILURE → SHUTDOWN',
    ]);
  });

  test('asks for a resolution when a connection is lost and when one cannot be made', async () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(A_WHILE_MS);
    virtual.channel(1).lose();
    expect(virtual.resolver.refreshes).toBe(1);
    virtual.channel(1).refuse();
    await turn();
    expect(virtual.resolver.refreshes).toBe(2);
  });
});
