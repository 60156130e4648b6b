import type { Target } from '@fairlead/core';
import type { CredentialsWatch } from '../credentials/credentials-watch.js';
import type { ResolvedPoolOptions } from '../options.js';
import { keepaliveArguments } from './keepalive.js';
import type { MemberContext } from './member-context.js';
import { tlsNameOf } from './tls-name.js';

/** What all members of a pool have in common, from the pool's options. */
export function memberOptions(
  target: Target,
  authority: string,
  credentials: CredentialsWatch,
  options: ResolvedPoolOptions,
): Omit<MemberContext, 'onChange' | 'onRotation'> {
  const { clock, random, connectTimeoutMs, backoff, channelArguments, channelFactory } = options;
  const { maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
  const channel = {
    channelArguments: { ...channelArguments, ...keepaliveArguments(options) },
    authority,
    tlsName: tlsNameOf(target, authority),
  };
  return {
    clock,
    random,
    secure: credentials.secure,
    credentialsRevision: () => credentials.revision,
    connectTimeoutMs,
    maxConnectionAgeMs,
    maxConnectionAgeGraceMs,
    backoff,
    createChannel: (endpoint) => channelFactory(endpoint, { ...channel, credentials: credentials.current() }),
  };
}
