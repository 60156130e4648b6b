import { expect, test } from '@jest/globals';
import { credentials } from '@grpc/grpc-js';
import { FakeChannel } from '../../test/support/fake-channel.js';
import { pod } from '../../test/support/virtual-pool.js';
import type { PoolOptions } from '../options.js';
import { Pool } from '../pool.js';
import { CHANNEL_FACTORY, type MemberChannelFactory } from './member-channel.js';

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

test('keepalive is off unless asked for', () => {
  expect(argumentsOf({ keepaliveTimeoutMs: 5_000, keepaliveWithoutCalls: true })).toEqual({});
});

test('keepalive becomes the arguments of every member', () => {
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

test('keepalive can still be set by the arguments of grpc-js alone', () => {
  expect(argumentsOf({ 'grpc.keepalive_time_ms': 5_000 })).toEqual({ 'grpc.keepalive_time_ms': 5_000 });
});
