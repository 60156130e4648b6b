import { describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';
import type { CredentialsSource } from './credentials-source.js';

const REFRESH_MS = 10_000;

/** Insecure credentials that a test renews, spoils and takes away. */
class ManualCredentials extends grpc.ChannelCredentials implements CredentialsSource {
  refreshIntervalMs = REFRESH_MS;
  credentialsProblem: Error | undefined;
  present: grpc.ChannelCredentials | undefined = grpc.credentials.createInsecure();
  asked = 0;

  currentCredentials(): grpc.ChannelCredentials {
    this.asked += 1;
    if (this.present === undefined) throw new Error('/tls/tls.key: it cannot be read (ENOENT)');
    return this.present;
  }

  renew(): void {
    this.present = grpc.credentials.createInsecure();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): never {
    throw new Error('a pool uses the current credentials');
  }
}

interface Rig {
  readonly virtual: VirtualPool;
  readonly source: ManualCredentials;
  readonly rotated: string[];
  readonly warnings: string[];
}

function rig(count: number, options: PoolOptions = {}, source = new ManualCredentials()): Rig {
  const virtual = new VirtualPool(options, undefined, 1, source);
  const [rotated, warnings]: [string[], string[]] = [[], []];
  virtual.pool.on('rotated', ({ endpoint, reason }) => rotated.push(`${endpoint.id} ${reason}`));
  virtual.pool.on('warning', ({ code, message }) => warnings.push(`${code}: ${message}`));
  virtual.pool.connect();
  virtual.resolver.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
  return { virtual, source, rotated, warnings };
}

function readyRig(count: number, options: PoolOptions = {}): Rig {
  const made = rig(count, options);
  for (const channel of [...made.virtual.channels]) channel.ready();
  made.virtual.clock.advance(0);
  return made;
}

const connectivities = ({ virtual }: Rig): string[] =>
  virtual.pool.snapshot().members.map(({ connectivity }) => connectivity);

describe('credentials that change', () => {
  test('bring the connections over, the new one first, one after the other in a small pool, without an age', () => {
    const made = readyRig(3);
    const { rotated, source, virtual } = made;
    virtual.clock.advance(REFRESH_MS);
    expect(virtual.channels).toHaveLength(3);
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    for (let replaced = 0; replaced < 3; replaced += 1) {
      expect(virtual.channels).toHaveLength(4 + replaced);
      expect(connectivities(made)).toEqual(['ready', 'ready', 'ready']);
      virtual.channels.at(-1)!.ready();
    }
    expect(rotated).toEqual([1, 2, 3].map((n) => `${pod(n).id} credentials`));
    expect(virtual.channels.map(({ closed }) => closed)).toEqual([true, true, true, false, false, false]);
    virtual.clock.advance(10 * REFRESH_MS);
    expect(virtual.channels).toHaveLength(6);
  });

  test('bring over the connections that are there while a pod cannot be reached', () => {
    const { rotated, source, virtual } = readyRig(3);
    source.renew();
    // Its next attempt, which nobody answers, is what sees the new ones.
    virtual.channel(3).lose();
    virtual.clock.advance(2_000);
    virtual.channel(1).ready();
    virtual.channel(2).ready();
    expect(rotated).toEqual([1, 2].map((n) => `${pod(n).id} credentials`));
  });

  test('bring over at most 10 % of the members at once', () => {
    const { source, virtual } = readyRig(25);
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    expect(virtual.channels.filter(({ connecting }) => connecting)).toHaveLength(2);
  });

  test('are seen when a connection is made, long before the next look', () => {
    const { source, virtual } = readyRig(2);
    virtual.clock.advance(5_000);
    source.renew();
    virtual.channel(1).lose();
    virtual.channel(1).ready();
    virtual.clock.advance(0);
    expect(virtual.channels.filter(({ connecting }) => connecting).map(({ endpoint }) => endpoint.id)).toEqual([
      pod(2).id,
    ]);
  });

  test('also replace a connection that was being made with the old ones', () => {
    const { rotated, source, virtual } = rig(1, { connectTimeoutMs: 60_000 });
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    expect(virtual.channels).toHaveLength(1);
    virtual.channel(1).ready();
    expect(virtual.channels).toHaveLength(2);
    virtual.channel(1).ready();
    expect(rotated).toEqual([`${pod(1).id} credentials`]);
  });

  test('also replace a successor that was being made with the old ones', () => {
    const { source, virtual, rotated } = readyRig(1, { connectTimeoutMs: 60_000 });
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    expect(virtual.channels).toHaveLength(2);
    virtual.channel(1).ready();
    expect(virtual.channels).toHaveLength(3);
    virtual.channel(1).ready();
    expect(rotated).toHaveLength(2);
    expect(virtual.channels).toHaveLength(3);
  });

  test('let members that back off connect at once: the old ones may have been why', async () => {
    const { source, virtual } = rig(1, { 'grpc.initial_reconnect_backoff_ms': 100_000 });
    virtual.channel(1).refuse();
    await turn();
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    expect(virtual.channels).toHaveLength(2);
    expect(virtual.channel(1).connecting).toBe(true);
  });

  test('that the pods refuse leave the old connections in use, and are tried again by backoff', async () => {
    const made = readyRig(1);
    const { source, virtual, warnings } = made;
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    virtual.channel(1).refuse('certificate has expired');
    await turn();
    expect(connectivities(made)).toEqual(['ready']);
    expect(warnings).toEqual([expect.stringMatching(/^rotation-failed: .*10\.0\.0\.1:50051 .*has expired/)]);
    expect(virtual.channels).toHaveLength(2);
    virtual.clock.advance(1_200);
    expect(virtual.channels).toHaveLength(3);
  });

  test('end calls that outlive the grace with a text that says why', async () => {
    const { source, virtual } = readyRig(1, { maxConnectionAgeGraceMs: 2_000 });
    const call = virtual.call();
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    virtual.channel(1).ready();
    virtual.clock.advance(2_000);
    await turn();
    expect(call.status?.details).toBe(
      'the connection to 10.0.0.1:50051 was replaced because of new credentials and the call did not end within 2000 ms',
    );
  });
});

describe('credentials that cannot be had', () => {
  test('fail the connection with the reason, and are asked for again', async () => {
    const source = new ManualCredentials();
    source.present = undefined;
    const made = rig(2, { 'grpc.initial_reconnect_backoff_ms': 100_000 }, source);
    const cause = 'connect to 10.0.0.1:50051 failed: /tls/tls.key: it cannot be read (ENOENT)';
    expect(made.virtual.pool.explain()).toContain(cause);
    const call = made.virtual.call();
    await turn();
    expect(call.status).toMatchObject({ code: grpc.status.UNAVAILABLE, details: expect.stringContaining(cause) });
    expect(made.virtual.channels).toEqual([]);
    source.renew();
    made.virtual.clock.advance(REFRESH_MS);
    expect(made.virtual.channels).toHaveLength(2);
  });

  test('leave the last good ones in use, with one warning for each reason', () => {
    const { source, virtual, warnings } = readyRig(1);
    source.credentialsProblem = new Error('/tls/tls.crt: its certificate does not belong to the key in /tls/tls.key');
    virtual.clock.advance(3 * REFRESH_MS);
    const stale = 'credentials-stale: older credentials stay in use: ';
    expect(warnings).toEqual([`${stale}${source.credentialsProblem.message}`]);
    source.present = undefined;
    virtual.channel(1).lose();
    virtual.clock.advance(0);
    expect(virtual.channel(1).connecting).toBe(true);
    expect(warnings.slice(1)).toEqual([`${stale}/tls/tls.key: it cannot be read (ENOENT)`]);
    source.credentialsProblem = undefined;
    source.renew();
    virtual.clock.advance(REFRESH_MS);
    source.present = undefined;
    virtual.clock.advance(REFRESH_MS);
    expect(warnings).toHaveLength(3);
  });

  test('are told of when nothing is being made: a listener may close the pool', () => {
    const { source, virtual } = readyRig(2);
    virtual.pool.on('warning', () => virtual.pool.close());
    virtual.clock.advance(2_000);
    source.credentialsProblem = new Error('bad');
    virtual.channel(1).lose();
    expect(virtual.channel(1).connecting).toBe(true);
    virtual.clock.advance(0);
    expect(virtual.channels.map(({ closed }) => closed)).toEqual([true, true, true]);
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});

describe('looking for new credentials', () => {
  test('begins with the first connection, is done every refreshIntervalMs, and ends with the pool', () => {
    const idle = new ManualCredentials();
    const virtual = new VirtualPool({}, undefined, 1, idle);
    virtual.clock.advance(10 * REFRESH_MS);
    expect(idle.asked).toBe(0);
    const { source, virtual: started } = readyRig(1);
    started.clock.advance(3 * REFRESH_MS);
    expect(source.asked).toBe(4);
    started.pool.close();
    started.clock.advance(10 * REFRESH_MS);
    expect(source.asked).toBe(4);
    expect(started.clock.pendingTimers).toBe(0);
  });

  test.each([0, NaN, -1, 999])('cannot be done all the time: %p', (refreshIntervalMs) => {
    const source = Object.assign(new ManualCredentials(), { refreshIntervalMs });
    expect(() => new VirtualPool({}, undefined, 1, source)).toThrow(
      expect.objectContaining({ code: 'FAIRLEAD_INVALID_OPTION', option: 'credentials.refreshIntervalMs' }),
    );
  });

  test('is not done between connections when refreshIntervalMs is Infinity', () => {
    const source = new ManualCredentials();
    source.refreshIntervalMs = Infinity;
    const { virtual } = rig(1, {}, source);
    virtual.channel(1).ready();
    virtual.clock.advance(1e9);
    expect(source.asked).toBe(1);
  });
});
