import type { LoopStalls, Target } from '@fairlead/core';
import type { CredentialsWatch } from '../credentials/credentials-watch.js';
import type { PoolEmitter } from '../events.js';
import { HealthChecks } from '../health/health-checks.js';
import { keepaliveNews } from '../keepalive-news.js';
import type { ResolvedPoolOptions } from '../options.js';
import { PoolCounts } from '../pool-counts.js';
import { Keepalive } from './keepalive.js';
import type { MemberContext } from './member-context.js';
import { tlsNameOf } from './tls-name.js';

/** What all members of a pool have in common, from the pool's options. */
export function memberOptions(
  target: Target,
  authority: string,
  credentials: CredentialsWatch,
  options: ResolvedPoolOptions,
  stalls: LoopStalls,
  events: PoolEmitter,
): Omit<MemberContext, 'onChange' | 'onRotation'> {
  const { clock, random, connectTimeoutMs, backoff, channelFactory } = options;
  const { connectionAttemptDelayMs, maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
  const keepalive = new Keepalive(options, keepaliveNews(events));
  const channel = { authority, tlsName: tlsNameOf(target, authority) };
  const shown = options.channelz && { 'grpc.enable_channelz': 1 };
  return {
    clock,
    stalls,
    random,
    secure: credentials.secure,
    credentialsRevision: () => credentials.revision,
    connectTimeoutMs,
    connectionAttemptDelayMs,
    maxConnectionAgeMs,
    maxConnectionAgeGraceMs,
    backoff,
    keepalive: keepalive.timeMs < Infinity,
    health: new HealthChecks(options, events),
    counts: new PoolCounts(),
    createChannel: (endpoint) =>
      keepalive.equip((given) => {
        const channelArguments = { ...given, ...shown };
        return channelFactory(endpoint, { ...channel, credentials: credentials.current(), channelArguments });
      }),
    onConnected: (endpoint, connected, end) => keepalive.watch(connected, endpoint, end),
  };
}
