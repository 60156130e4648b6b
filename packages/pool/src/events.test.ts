import { describe, expect, test } from '@jest/globals';
import { failureAccrual } from '@fairlead/core';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import type { PoolEvents } from './events.js';

/** Every documented event. The compiler complains when one is missing here. */
const EVENTS: { readonly [E in keyof PoolEvents]: true } = {
  state: true,
  endpoints: true,
  member: true,
  drained: true,
  rotated: true,
  rotationCut: true,
  keepaliveThrottled: true,
  stall: true,
  ejected: true,
  readmitted: true,
  panic: true,
  healthCheckUnimplemented: true,
  resolverError: true,
  resolverSource: true,
  resolverDisagreement: true,
  warning: true,
  closed: true,
};

function endCalls(virtual: VirtualPool): void {
  for (const channel of virtual.channels) for (const call of channel.calls) call.end();
}

describe('the events of a pool', () => {
  test('all happen in a life with a rotation, an update, a stall, an error, an ejection, a health check, an odd answer and an end', async () => {
    const virtual = new VirtualPool({
      maxConnectionAgeMs: 1_000,
      maxConnectionAgeGraceMs: 10,
      keepaliveTimeMs: 10_000,
      balancing: failureAccrual({ consecutiveFailures: 1, initialBackoffMs: 1, panicThreshold: 100 }),
    });
    const seen = new Map<string, unknown[]>();
    for (const name of Object.keys(EVENTS) as (keyof PoolEvents)[]) {
      virtual.pool.on(name, (...args: unknown[]) => seen.set(name, [...(seen.get(name) ?? []), args[0]]));
    }
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2)]);
    for (const channel of [...virtual.channels]) channel.ready();
    for (const code of [14, 0]) {
      virtual.call();
      for (const { calls } of virtual.channels) calls.at(-1)?.end(code);
      virtual.clock.advance(10);
    }
    virtual.clock.advance(1_080);
    virtual.call();
    virtual.call();
    virtual.channels.at(-1)!.ready();
    virtual.clock.advance(10);
    endCalls(virtual);
    virtual.clock.advance(20);
    await turn();
    virtual.channels[1]!.session.emit('goaway', 11, 0, Buffer.from('too_many_pings'));
    virtual.call();
    virtual.clock.block(300);
    virtual.clock.advance(0);
    endCalls(virtual);
    virtual.resolver.push({ endpoints: [pod(1)], serviceConfig: { methodConfig: [] }, attributes: {} });
    virtual.pool.setHealthCheck('');
    virtual.channel(1).calls.at(-1)!.end(12);
    virtual.resolver.fail(new Error('SERVFAIL'));
    virtual.resolver.tellNews({ kind: 'source', from: 'a', to: 'b', worse: true, cause: undefined });
    virtual.resolver.tellNews({ kind: 'disagreement', active: true, unconfirmed: ['10.0.0.1'], missed: [] });
    virtual.resolver.tellNews({ kind: 'warning', code: 'mine', message: 'look' });
    virtual.pool.close();
    virtual.resolver.tellNews({ kind: 'warning', code: 'mine', message: 'too late' });
    expect([...seen.keys()].sort()).toEqual(Object.keys(EVENTS).sort());
    expect(seen.get('resolverSource')).toEqual([{ from: 'a', to: 'b', worse: true, cause: undefined }]);
    expect(seen.get('resolverDisagreement')).toEqual([{ active: true, unconfirmed: ['10.0.0.1'], missed: [] }]);
    expect(seen.get('endpoints')).toEqual([
      { added: [pod(1), pod(2)], changed: [], removed: [] },
      { added: [], changed: [], removed: [pod(2)] },
    ]);
    expect(seen.get('warning')).toEqual([
      { code: 'too-many-pings', message: expect.stringContaining(pod(2).id) },
      { code: 'service-config-ignored', message: expect.stringContaining('test:///pods') },
      { code: 'mine', message: 'look' },
    ]);
    const endpoint = expect.any(Object);
    expect([seen.get('ejected'), seen.get('readmitted'), seen.get('panic')]).toEqual([
      [{ endpoint, cause: 'consecutive-failures', forMs: expect.any(Number) }],
      [{ endpoint, cause: 'consecutive-failures', ejectedForMs: 10 }],
      [
        { active: true, ready: 2, ejected: 1, unheeded: 1 },
        { active: false, ready: 2, ejected: 0, unheeded: 0 },
      ],
    ]);
    expect(seen.get('healthCheckUnimplemented')).toEqual([{ endpoint: pod(1) }]);
    expect(seen.get('stall')).toEqual([{ durationMs: expect.any(Number) }]);
    expect(seen.get('drained')).toEqual([
      { endpoint: pod(2), cut: 0 },
      { endpoint: pod(1), cut: 0 },
    ]);
    expect(seen.get('state')!.at(-1)).toEqual({ from: 'READY', to: 'SHUTDOWN' });
  });

  test('are not told to a listener that was taken off', () => {
    const virtual = new VirtualPool();
    const listener = (): never => {
      throw new Error('told');
    };
    virtual.pool.on('closed', listener).off('closed', listener).close();
  });
});

describe('a snapshot', () => {
  test('is plain data that survives JSON', async () => {
    const virtual = VirtualPool.ready(2);
    virtual.call();
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.channel(3).refuse('connect ECONNREFUSED 10.0.0.3:50051');
    await turn();
    virtual.clock.advance(250);
    const snapshot = virtual.pool.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(JSON.parse(JSON.stringify(structuredClone(snapshot))));
    expect(snapshot).toMatchObject({
      target: 'test:///pods',
      state: 'READY',
      policy: 'peak_ewma',
      waitingCalls: 0,
      members: [
        { connectivity: 'ready' },
        { connectivity: 'ready' },
        { connectivity: 'transient-failure', lastError: 'connect ECONNREFUSED 10.0.0.3:50051' },
      ],
      draining: [],
      resolver: { ageMs: 250 },
    });
  });
});
