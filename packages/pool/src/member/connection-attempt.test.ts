import { describe, expect, test } from '@jest/globals';
import { formatAddress, type Address, type Endpoint } from '@fairlead/core';
import type { FakeChannel } from '../../test/support/fake-channel.js';
import { turn, VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';

const IPV4 = '10.0.0.1:80';
const IPV6 = '[fd00::1]:80';
const SECOND_IPV4 = '10.0.0.2:80';

/** A pod with an IPv4 address, another one if wanted, and an IPv6 address, which is tried in between. */
function podWith(count: 2 | 3): Endpoint {
  const tcp = (host: string): Address => ({ kind: 'tcp', host, port: 80 });
  const rest = [tcp('10.0.0.2'), tcp('fd00::1')].slice(3 - count);
  return { id: 'pod-uid', addresses: [tcp('10.0.0.1'), ...rest], attributes: {} };
}

function connecting(count: 2 | 3, options: PoolOptions = {}): VirtualPool {
  const virtual = new VirtualPool(options);
  virtual.pool.connect();
  virtual.resolver.push([podWith(count)]);
  return virtual;
}

const addressOf = (channel: FakeChannel): string => formatAddress(channel.endpoint.addresses[0]);
const tried = (virtual: VirtualPool): string[] => virtual.channels.map(addressOf);
const open = (virtual: VirtualPool): string[] => virtual.channels.filter((one) => !one.closed).map(addressOf);
const member = (virtual: VirtualPool) => virtual.pool.snapshot().members[0]!;

describe('a pod with several addresses', () => {
  test('is tried at the first one, and at the next beside it when that takes longer than the delay', () => {
    const virtual = connecting(3);
    virtual.clock.advance(249);
    expect(tried(virtual)).toEqual([IPV4]);
    virtual.clock.advance(1);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    virtual.clock.advance(249);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    virtual.clock.advance(1);
    expect(tried(virtual)).toEqual([IPV4, IPV6, SECOND_IPV4]);
    expect(open(virtual)).toEqual([IPV4, IPV6, SECOND_IPV4]);
  });

  test('waits as long as connectionAttemptDelayMs says', () => {
    const virtual = connecting(2, { connectionAttemptDelayMs: 2_000 });
    virtual.clock.advance(1_999);
    expect(tried(virtual)).toEqual([IPV4]);
    virtual.clock.advance(1);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
  });

  test('is tried at the next address at once when the newest fails, and that has its whole delay then', async () => {
    const virtual = connecting(3);
    virtual.clock.advance(200);
    virtual.channels[0]!.refuse();
    await turn();
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    virtual.clock.advance(249);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    virtual.clock.advance(1);
    expect(tried(virtual)).toEqual([IPV4, IPV6, SECOND_IPV4]);
  });

  test('is not tried at the third any sooner because the first fails while the second is tried', async () => {
    const virtual = connecting(3);
    virtual.clock.advance(250);
    virtual.channels[0]!.refuse();
    await turn();
    virtual.clock.advance(249);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    virtual.clock.advance(1);
    expect(tried(virtual)).toEqual([IPV4, IPV6, SECOND_IPV4]);
  });

  test.each([0, 1])('is connected by the first address that is ready (%i); the other is given up', (winner) => {
    const virtual = connecting(3);
    virtual.clock.advance(250);
    virtual.channels[winner]!.ready();
    const address = [IPV4, IPV6][winner]!;
    expect(open(virtual)).toEqual([address]);
    expect(member(virtual)).toMatchObject({ connectivity: 'ready', address });
    virtual.clock.advance(10_000);
    expect(tried(virtual)).toEqual([IPV4, IPV6]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('gives each call to the connection that won', () => {
    const virtual = connecting(2);
    const call = virtual.call();
    virtual.clock.advance(250);
    virtual.channels[1]!.ready();
    expect(virtual.channels[1]!.calls).toHaveLength(1);
    expect(call.call.getPeer()).toBe(IPV6);
    expect(virtual.pool.explain()).toContain(`${IPV6}: ready`);
  });

  test('has failed when every address has, each with its cause', async () => {
    const virtual = connecting(3);
    virtual.clock.advance(250);
    virtual.channels[1]!.refuse('connect ENETUNREACH fd00::1:80');
    await turn();
    virtual.channels[2]!.refuse('certificate has expired');
    await turn();
    expect(member(virtual)).toMatchObject({ connectivity: 'connecting' });
    virtual.channels[0]!.refuse('connect ECONNREFUSED 10.0.0.1:80');
    await turn();
    expect(member(virtual)).toMatchObject({
      connectivity: 'transient-failure',
      lastError: `connect ECONNREFUSED 10.0.0.1:80; connect ENETUNREACH fd00::1:80; connect to ${SECOND_IPV4} failed: the server's certificate has expired (certificate has expired)`,
    });
    expect(open(virtual)).toEqual([]);
    // The attempt has taken 250 ms of the backoff.
    virtual.clock.advance(549);
    expect(virtual.channels).toHaveLength(3);
    virtual.clock.advance(401);
    expect(tried(virtual).slice(3, 4)).toEqual([IPV4]);
  });

  test('has failed when the connect timeout is over, which covers all addresses', async () => {
    const virtual = connecting(3, { connectTimeoutMs: 300 });
    virtual.channels[0]!.refuse('connect ECONNREFUSED 10.0.0.1:80');
    await turn();
    virtual.clock.advance(249);
    virtual.clock.advance(50);
    expect(tried(virtual)).toEqual([IPV4, IPV6, SECOND_IPV4]);
    expect(member(virtual)).toMatchObject({ connectivity: 'connecting' });
    virtual.clock.advance(1);
    expect(member(virtual).lastError).toBe(
      `connect ECONNREFUSED 10.0.0.1:80; connect to ${IPV6} timed out after 300 ms; connect to ${SECOND_IPV4} timed out after 300 ms`,
    );
    expect(open(virtual)).toEqual([]);
  });

  test('names also the addresses that there was no time for', () => {
    const virtual = connecting(2, { connectTimeoutMs: 200 });
    virtual.clock.advance(200);
    expect(member(virtual).lastError).toBe(
      `connect to ${IPV4} timed out after 200 ms; connect to ${IPV6} not tried in time`,
    );
  });

  test('leaves nothing behind when it leaves the target meanwhile', () => {
    const virtual = connecting(3);
    virtual.clock.advance(250);
    virtual.resolver.push([]);
    virtual.pool.close();
    expect(open(virtual)).toEqual([]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  test('is connected anew in the same way, and told by its preferred address until then', () => {
    const virtual = connecting(2);
    const causes: unknown[] = [];
    virtual.pool.on('member', ({ cause }) => causes.push(cause));
    virtual.clock.advance(250);
    virtual.channels[1]!.ready();
    virtual.clock.advance(1_000);
    virtual.channels[1]!.lose();
    expect(causes).toContain(`connection to ${IPV6} was lost`);
    expect(tried(virtual).slice(2)).toEqual([IPV4]);
    expect(member(virtual).address).toBe(IPV4);
  });

  test('has its aged connection replaced in the same way, and calls on the old one are cut in its name', async () => {
    const virtual = connecting(2, { maxConnectionAgeMs: 10_000, maxConnectionAgeGraceMs: 0 });
    virtual.channels[0]!.ready();
    const call = virtual.call();
    virtual.clock.advance(11_000);
    virtual.clock.advance(250);
    expect(tried(virtual)).toEqual([IPV4, IPV4, IPV6]);
    virtual.channels[2]!.ready();
    expect(member(virtual)).toMatchObject({ connectivity: 'ready', address: IPV6 });
    virtual.clock.advance(1);
    await turn();
    expect(call.status?.details).toContain(`the connection to ${IPV4} was replaced because of its age`);
    expect(open(virtual)).toEqual([IPV6]);
  });
});
