import type { Target } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { ResolvedPoolOptions } from '../options.js';
import type { Keepalive } from './keepalive.js';
import type { MemberContext } from './member-context.js';
import { tlsNameOf } from './tls-name.js';

/** What all members of a pool have in common, from the pool's options. */
export function memberOptions(
  target: Target,
  authority: string,
  credentials: grpc.ChannelCredentials,
  options: ResolvedPoolOptions,
  keepalive: Keepalive,
): Omit<MemberContext, 'onChange' | 'onRotation'> {
  const { clock, random, connectTimeoutMs, backoff, channelFactory } = options;
  const { connectionAttemptDelayMs, maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
  const channel = { credentials, authority, tlsName: tlsNameOf(target, authority) };
  return {
    clock,
    random,
    connectTimeoutMs,
    connectionAttemptDelayMs,
    maxConnectionAgeMs,
    maxConnectionAgeGraceMs,
    backoff,
    createChannel: (endpoint) =>
      keepalive.equip((channelArguments) => channelFactory(endpoint, { ...channel, channelArguments })),
    onConnected: (endpoint, connected) => keepalive.watch(connected, endpoint),
  };
}
