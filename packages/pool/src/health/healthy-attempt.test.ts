import { describe, expect, test } from '@jest/globals';
import type { FakeChannel } from '../../test/support/fake-channel.js';
import {
  changesOf,
  healthy,
  NOT_SERVING,
  openOn,
  say,
  SERVING,
  stateOf,
  watchesOn,
} from '../../test/support/health-rig.js';
import type { VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';

describe('a connection that is to be replaced', () => {
  const rotation = { maxConnectionAgeMs: 10_000, maxConnectionAgeGraceMs: 1_000 };

  function rotating(options: PoolOptions = {}): { virtual: VirtualPool; old: FakeChannel; next: FakeChannel } {
    const virtual = healthy(1, { ...rotation, ...options });
    const old = virtual.channel(1);
    virtual.clock.advance(11_000);
    return { virtual, old, next: virtual.channel(1) };
  }

  test('stays until the server says on the new one that it serves, on the one watch that goes on', () => {
    const { virtual, old, next } = rotating();
    const changes = changesOf(virtual);
    const rotated: unknown[] = [];
    virtual.pool.on('rotated', ({ reason }) => rotated.push(reason));
    expect(next).not.toBe(old);
    next.ready();
    expect([openOn(old), openOn(next), old.closed, rotated]).toEqual([1, 1, false, []]);
    virtual.call();
    expect(old.calls).toHaveLength(2);
    say(next, SERVING);
    expect([openOn(old), watchesOn(next).length, openOn(next), rotated]).toEqual([0, 1, 1, ['age']]);
    virtual.call();
    expect(next.calls).toHaveLength(2);
    virtual.clock.advance(5_000);
    expect(changes).toEqual([]);
    say(next, NOT_SERVING);
    expect(changes).toEqual(['ready → transient-failure']);
  });

  test.each<[string, (virtual: VirtualPool, next: FakeChannel) => void, string]>([
    ['says on the new one that it does not serve', (_, next) => say(next, NOT_SERVING), 'is unhealthy (NOT_SERVING)'],
    ['says nothing there in time', ({ clock }) => clock.advance(5_000), 'has not said within 5000 ms'],
    ['closes the new one', (_, next) => next.lose(), 'was lost'],
  ])('stays when the server %s, and the next attempt follows by backoff', (_, act, text) => {
    const { virtual, old, next } = rotating();
    const warnings: string[] = [];
    virtual.pool.on('warning', ({ code, message }) => warnings.push(`${code}: ${message}`));
    next.ready();
    const { openConnections } = virtual.pool.snapshot().counters;
    act(virtual, next);
    expect(warnings).toEqual([expect.stringMatching(/^rotation-failed: /)]);
    expect(warnings[0]).toContain(text);
    expect([old.closed, next.closed, stateOf(virtual, 1)]).toEqual([false, true, 'ready']);
    expect([openOn(old), openOn(next)]).toEqual([1, 0]);
    expect(virtual.pool.snapshot().counters.openConnections).toBe(openConnections - 1);
    virtual.clock.advance(1_200);
    expect(virtual.channel(1)).not.toBe(next);
    virtual.channel(1).ready();
    say(virtual.channel(1), SERVING);
    expect(old.closed).toBe(true);
  });

  test('and is lost meanwhile: the new one takes its place when the server says that it serves', () => {
    const { virtual, old, next } = rotating();
    next.ready();
    old.lose();
    expect([stateOf(virtual, 1), virtual.channels.length]).toEqual(['connecting', 2]);
    say(next, SERVING);
    expect([stateOf(virtual, 1), virtual.channels.length, openOn(next)]).toEqual(['ready', 2, 1]);
  });

  test('when nothing is checked any more, the new one takes its place at once', () => {
    const { virtual, old, next } = rotating();
    next.ready();
    virtual.pool.setHealthCheck(undefined);
    expect([old.closed, next.closed, stateOf(virtual, 1)]).toEqual([true, false, 'ready']);
  });

  test('leaves nothing when its pod is closed meanwhile', () => {
    const { virtual, next } = rotating();
    next.ready();
    virtual.pool.close();
    expect([next.closed, openOn(next), virtual.pool.snapshot().counters.openConnections]).toEqual([true, 0, 0]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});
