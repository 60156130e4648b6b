import { describe, expect, test } from '@jest/globals';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';

const memberOf = (virtual: VirtualPool): unknown => virtual.pool.snapshot().members[0];

function statesOf(virtual: VirtualPool): string[] {
  const seen: string[] = [];
  virtual.pool.on('member', ({ from, to, lost }) => seen.push(`${from} → ${to}${lost ? ' lost' : ''}`));
  return seen;
}

describe('a member', () => {
  test('is replaced at once when a connection is lost that had lived', () => {
    const virtual = VirtualPool.ready(1);
    const seen = statesOf(virtual);
    const old = virtual.channel(1);
    virtual.clock.advance(1_000);
    old.lose();
    expect(old.closed).toBe(true);
    expect(virtual.channel(1)).not.toBe(old);
    expect(virtual.channel(1).connecting).toBe(true);
    virtual.channel(1).ready();
    expect(seen).toEqual(['ready → idle lost', 'idle → connecting', 'connecting → ready']);
  });

  test('keeps the calls of the old connection in flight', () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(1_000);
    const call = virtual.call();
    const old = virtual.channel(1);
    old.lose();
    virtual.channel(1).ready();
    expect(memberOf(virtual)).toMatchObject({ connectivity: 'ready', inFlight: 1 });
    old.calls[0]!.end();
    expect(call.statuses).toHaveLength(1);
    expect(memberOf(virtual)).toMatchObject({ inFlight: 0 });
  });

  test('is met with a growing backoff when it accepts and hangs up', () => {
    const virtual = VirtualPool.ready(1);
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      virtual.channel(1).lose();
      const made = virtual.channels.length;
      const lostAt = virtual.clock.now();
      expect(memberOf(virtual)).toMatchObject({ connectivity: 'transient-failure' });
      while (virtual.channels.length === made) virtual.clock.advance(10);
      waits.push(virtual.clock.now() - lostAt);
      virtual.channel(1).ready();
    }
    waits.forEach((wait, round) => {
      const base = Math.min(1_000 * 1.6 ** round, 120_000);
      expect(wait).toBeGreaterThanOrEqual(base * 0.8);
      expect(wait).toBeLessThanOrEqual(base * 1.2 + 10);
    });
  });

  describe('whose server says GOAWAY', () => {
    /** With keepalive, the pool hears the GOAWAY itself. */
    async function goneAwayAfter(livedMs: number, virtual: VirtualPool): Promise<boolean> {
      await turn();
      virtual.clock.advance(livedMs);
      virtual.channel(1).session.emit('goaway', 0, 0);
      const atOnce = virtual.channel(1).connecting;
      while (!virtual.channel(1).connecting) virtual.clock.advance(10);
      virtual.channel(1).ready();
      return atOnce;
    }

    test('connects at once, again and again, although the connections are young', async () => {
      const virtual = VirtualPool.ready(1, { keepaliveTimeMs: 10_000 });
      for (let round = 0; round < 5; round += 1) expect(await goneAwayAfter(900, virtual)).toBe(true);
      expect(virtual.pool.snapshot().counters.disconnections).toMatchObject({ GOAWAY: 5, unknown: 0 });
    });

    test('at once is met with backoff from the second time on', async () => {
      const virtual = VirtualPool.ready(1, { keepaliveTimeMs: 10_000 });
      expect(await goneAwayAfter(0, virtual)).toBe(true);
      expect(await goneAwayAfter(0, virtual)).toBe(false);
      expect(await goneAwayAfter(0, virtual)).toBe(false);
    });
  });

  test('forgets the backoff once a connection has lived', () => {
    const virtual = VirtualPool.ready(1);
    for (let round = 0; round < 5; round += 1) {
      virtual.channel(1).lose();
      const made = virtual.channels.length;
      while (virtual.channels.length === made) virtual.clock.advance(10);
      virtual.channel(1).ready();
    }
    virtual.clock.advance(1_000);
    virtual.channel(1).lose();
    expect(virtual.channel(1).connecting).toBe(true);
  });

  test('names why it cannot connect, and goes on trying with backoff', async () => {
    const virtual = new VirtualPool();
    const causes: unknown[] = [];
    virtual.pool.on('member', ({ cause }) => causes.push(cause));
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const first = virtual.channel(1);
    first.refuse('connect ECONNREFUSED 10.0.0.1:50051');
    await turn();
    expect(first.closed).toBe(true);
    expect(memberOf(virtual)).toMatchObject({
      connectivity: 'transient-failure',
      lastError: 'connect ECONNREFUSED 10.0.0.1:50051',
    });
    virtual.clock.advance(799);
    expect(virtual.channel(1)).toBe(first);
    virtual.clock.advance(401);
    expect(virtual.channel(1)).not.toBe(first);
    // Failure is sticky until it is ready again, and the cause is forgotten then.
    expect(memberOf(virtual)).toMatchObject({ connectivity: 'transient-failure' });
    virtual.channel(1).ready();
    expect(virtual.pool.snapshot().members[0]!.lastError).toBeUndefined();
    expect(causes).toEqual([undefined, 'connect ECONNREFUSED 10.0.0.1:50051', undefined]);
  });

  test('gives an attempt up at the connect timeout and closes its channel', () => {
    const virtual = new VirtualPool({ connectTimeoutMs: 700 });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.clock.advance(699);
    expect(virtual.channel(1).closed).toBe(false);
    virtual.clock.advance(1);
    expect(virtual.channel(1).closed).toBe(true);
    expect(memberOf(virtual)).toMatchObject({
      connectivity: 'transient-failure',
      lastError: 'connect to 10.0.0.1:50051 timed out after 700 ms',
    });
  });

  test('does not hear what an earlier connection says', async () => {
    const virtual = new VirtualPool({ connectTimeoutMs: 700 });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const slow = virtual.channel(1);
    slow.refuse('connect ETIMEDOUT');
    // The refusal is known in the next turn only; the attempt is given up before that.
    virtual.clock.advance(700);
    const made = virtual.channels.length;
    await turn();
    slow.ready();
    expect(memberOf(virtual)).toMatchObject({ lastError: 'connect to 10.0.0.1:50051 timed out after 700 ms' });
    expect(virtual.channels).toHaveLength(made);
  });

  test('that leaves while it connects or backs off leaves nothing behind', async () => {
    const virtual = new VirtualPool();
    virtual.pool.connect();
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.channel(1).refuse();
    virtual.channel(3).ready();
    await turn();
    virtual.resolver.push([pod(3)]);
    expect(virtual.channels.filter((channel) => !channel.closed)).toEqual([virtual.channel(3)]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('takes a new address of its pod for the next connection, and keeps the present one', () => {
    const virtual = VirtualPool.ready(1);
    virtual.clock.advance(1_000);
    const moved = { ...pod(9), id: pod(1).id };
    const old = virtual.channels[0]!;
    virtual.resolver.push([moved]);
    expect(old.closed).toBe(false);
    old.lose();
    expect(virtual.channels).toHaveLength(2);
    expect(virtual.channels[1]!.endpoint).toBe(moved);
  });
});
