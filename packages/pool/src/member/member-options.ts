import type { Target } from '@fairlead/core';
import type { CredentialsWatch } from '../credentials/credentials-watch.js';
import type { ResolvedPoolOptions } from '../options.js';
import type { Keepalive } from './keepalive.js';
import type { MemberContext } from './member-context.js';
import { tlsNameOf } from './tls-name.js';

/** What all members of a pool have in common, from the pool's options. */
export function memberOptions(
  target: Target,
  authority: string,
  credentials: CredentialsWatch,
  options: ResolvedPoolOptions,
  keepalive: Keepalive,
): Omit<MemberContext, 'onChange' | 'onRotation' | 'stalls'> {
  const { clock, random, connectTimeoutMs, backoff, channelFactory } = options;
  const { connectionAttemptDelayMs, maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
  const channel = { authority, tlsName: tlsNameOf(target, authority) };
  return {
    clock,
    random,
    secure: credentials.secure,
    credentialsRevision: () => credentials.revision,
    connectTimeoutMs,
    connectionAttemptDelayMs,
    maxConnectionAgeMs,
    maxConnectionAgeGraceMs,
    backoff,
    createChannel: (endpoint) =>
      keepalive.equip((channelArguments) =>
        channelFactory(endpoint, { ...channel, credentials: credentials.current(), channelArguments }),
      ),
    onConnected: (endpoint, connected) => keepalive.watch(connected, endpoint),
  };
}
