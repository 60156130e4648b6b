import type { Target } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { ResolvedPoolOptions } from '../options.js';
import { PoolCounts } from '../pool-counts.js';
import { keepaliveArguments } from './keepalive.js';
import type { MemberContext } from './member-context.js';
import { tlsNameOf } from './tls-name.js';

/** What all members of a pool have in common, from the pool's options. */
export function memberOptions(
  target: Target,
  authority: string,
  credentials: grpc.ChannelCredentials,
  options: ResolvedPoolOptions,
): Omit<MemberContext, 'onChange' | 'onRotation'> {
  const { clock, random, connectTimeoutMs, backoff, channelArguments, channelFactory } = options;
  const { maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
  const channel = {
    credentials,
    channelArguments: {
      ...channelArguments,
      ...keepaliveArguments(options),
      ...(options.channelz && { 'grpc.enable_channelz': 1 }),
    },
    authority,
    tlsName: tlsNameOf(target, authority),
  };
  return {
    clock,
    random,
    connectTimeoutMs,
    maxConnectionAgeMs,
    maxConnectionAgeGraceMs,
    backoff,
    keepalive: channel.channelArguments['grpc.keepalive_time_ms'] !== undefined,
    counts: new PoolCounts(),
    createChannel: (endpoint) => channelFactory(endpoint, channel),
  };
}
