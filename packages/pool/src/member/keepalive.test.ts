import { describe, expect, test } from '@jest/globals';
import { credentials } from '@grpc/grpc-js';
import { constants } from 'node:http2';
import { FakeChannel } from '../../test/support/fake-channel.js';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';
import { Pool } from '../pool.js';
import { CHANNEL_FACTORY, type MemberChannelFactory } from './member-channel.js';
import type { KeepaliveThrottle } from './keepalive.js';

const { NGHTTP2_ENHANCE_YOUR_CALM: CALM, NGHTTP2_NO_ERROR } = constants;
const INTERVAL = 'grpc.keepalive_time_ms';

/** The channel arguments that the member of a pool with these options gets. */
function argumentsOf(options: PoolOptions): unknown {
  const seen: unknown[] = [];
  const factory: MemberChannelFactory = (endpoint, { channelArguments }) => {
    seen.push(channelArguments);
    return new FakeChannel(endpoint);
  };
  const given = { ...options, [CHANNEL_FACTORY]: factory };
  const pool = new Pool(`ipv4:${pod(1).id}`, credentials.createInsecure(), given);
  pool.connect();
  pool.close();
  return seen[0];
}

describe('keepalive', () => {
  test('is off unless asked for', () => {
    expect(argumentsOf({ keepaliveWithoutCalls: false })).toEqual({});
    for (const never of [-1, 2 ** 31 - 1, Infinity]) expect(argumentsOf({ [INTERVAL]: never })).toEqual({});
  });

  test('becomes the arguments of every member', () => {
    expect(argumentsOf({ keepaliveTimeMs: 10_000 })).toEqual({
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 20_000,
      'grpc.keepalive_permit_without_calls': 0,
    });
    const all = { keepaliveTimeMs: 60_000, keepaliveTimeoutMs: 1_000, keepaliveWithoutCalls: true };
    expect(argumentsOf({ ...all, 'grpc.keepalive_time_ms': 60_000, 'grpc.primary_user_agent': 'x' })).toEqual({
      'grpc.keepalive_time_ms': 60_000,
      'grpc.keepalive_timeout_ms': 1_000,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.primary_user_agent': 'x',
    });
  });

  test('is the same whether the arguments of grpc-js say it, or some of them', () => {
    const all = {
      'grpc.keepalive_time_ms': 15_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.keepalive_permit_without_calls': 1,
    };
    expect(argumentsOf(all)).toEqual(all);
    expect(argumentsOf({ [INTERVAL]: 15_000, keepaliveTimeoutMs: 5_000, keepaliveWithoutCalls: true })).toEqual(all);
    const { [INTERVAL]: keepaliveTimeMs, ...rest } = all;
    expect(argumentsOf({ ...rest, keepaliveTimeMs })).toEqual(all);
    expect(argumentsOf({ [INTERVAL]: 15_000 })).toEqual({
      ...all,
      'grpc.keepalive_timeout_ms': 20_000,
      'grpc.keepalive_permit_without_calls': 0,
    });
  });
});

/** A connected pool, and what its listeners heard. */
async function pinged(count: number, options: PoolOptions) {
  const virtual = new VirtualPool(options);
  const changes: Omit<KeepaliveThrottle, 'endpoint'>[] = [];
  const warnings: string[] = [];
  virtual.pool.on('keepaliveThrottled', ({ fromMs, toMs }) => changes.push({ fromMs, toMs }));
  virtual.pool.on('warning', ({ code }) => warnings.push(code));
  virtual.pool.connect();
  virtual.resolver.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
  const { channels } = virtual;
  for (const channel of [...channels]) channel.ready();
  await turn();
  virtual.clock.advance(1_000);
  return { channels, changes, warnings, intervals: () => channels.map((one) => one.channelArguments[INTERVAL]) };
}

function goaway(channel: FakeChannel, code: number, text: string): void {
  channel.session.emit('goaway', code, 0, Buffer.from(text));
}

describe('a server that says too_many_pings', () => {
  test.each<[PoolOptions]>([[{ keepaliveTimeMs: 10_000 }], [{ 'grpc.keepalive_time_ms': 10_000 }]])(
    'gets half as many on its next connection, and so does every later one of the pool, again and again (%j)',
    async (options) => {
      const { channels, intervals, changes, warnings } = await pinged(2, options);
      goaway(channels[0]!, CALM, 'too_many_pings');
      expect(intervals()).toEqual([10_000, 10_000, 20_000]);
      channels[2]!.ready();
      await turn();
      channels[1]!.lose();
      expect(intervals()[3]).toBe(20_000);
      goaway(channels[2]!, CALM, 'too_many_pings');
      expect(changes).toEqual([
        { fromMs: 10_000, toMs: 20_000 },
        { fromMs: 20_000, toMs: 40_000 },
      ]);
      expect(warnings).toEqual(['too-many-pings', 'too-many-pings']);
    },
  );

  test('doubles once, however many pods of the same interval say it', async () => {
    const { channels, intervals, changes } = await pinged(3, { keepaliveTimeMs: 10_000 });
    for (const channel of channels.slice(0, 3)) goaway(channel, CALM, 'too_many_pings');
    expect(changes).toEqual([{ fromMs: 10_000, toMs: 20_000 }]);
    expect(intervals().slice(3)).toEqual([20_000, 20_000, 20_000]);
  });

  test('is heard after a GOAWAY without an error, too', async () => {
    const { channels, changes } = await pinged(1, { keepaliveTimeMs: 10_000 });
    goaway(channels[0]!, NGHTTP2_NO_ERROR, '');
    goaway(channels[0]!, CALM, 'too_many_pings');
    goaway(channels[0]!, CALM, 'too_many_pings');
    expect(changes).toEqual([{ fromMs: 10_000, toMs: 20_000 }]);
  });

  test('never makes the interval longer than a timer of Node.js', async () => {
    const { changes, channels } = await pinged(1, { keepaliveTimeMs: 2 ** 31 - 2 });
    goaway(channels[0]!, CALM, 'too_many_pings');
    expect(changes).toEqual([{ fromMs: 2 ** 31 - 2, toMs: 2 ** 31 - 1 }]);
  });

  test('is not one that says something else', async () => {
    const { channels, changes } = await pinged(3, { keepaliveTimeMs: 10_000 });
    goaway(channels[0]!, CALM, '');
    goaway(channels[1]!, NGHTTP2_NO_ERROR, 'too_many_pings');
    goaway(channels[2]!, CALM, 'too_many_requests');
    expect(changes).toEqual([]);
  });

  test('says nothing to a pool that does not ping, which does not even listen', async () => {
    const { channels, changes, intervals } = await pinged(1, {});
    expect(channels[0]!.session.listenerCount('goaway')).toBe(1);
    goaway(channels[0]!, CALM, 'too_many_pings');
    expect(changes).toEqual([]);
    expect(intervals()).toEqual([undefined, undefined]);
  });
});

test('a grpc-js that hides its sessions is told of once, and pinged as before', async () => {
  const virtual = new VirtualPool({ keepaliveTimeMs: 10_000 });
  const warnings: string[] = [];
  virtual.pool.on('warning', ({ code }) => warnings.push(code));
  virtual.pool.connect();
  virtual.resolver.push([pod(1), pod(2), pod(3)]);
  const [first, second, third] = virtual.channels;
  for (const channel of virtual.channels) Object.assign(channel, { internalChannel: {} });
  third!.ready();
  third!.close();
  await turn();
  expect(warnings).toEqual([]);
  first!.ready();
  second!.ready();
  await turn();
  expect(warnings).toEqual(['keepalive-unwatched']);
});
