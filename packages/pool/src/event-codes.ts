import type { EventCodeEntry } from '@fairlead/core';

/**
 * The codes of a pool's events, in alphabetical order; `docs/reference/events.md` shows them. An event that means different
 * things has a code for each, so that a rare one is not lost among the frequent ones.
 */
export const POOL_EVENT_CODES = [
  {
    code: 'channel-closed',
    event: 'closed',
    level: 'info',
    when: 'Everything is released: no socket, timer or listener is left.',
    fields: [],
  },
  {
    code: 'channel-connecting',
    event: 'state',
    level: 'debug',
    when: 'No pod is ready, and there is still hope: calls wait.',
    fields: ['from', 'to'],
  },
  {
    code: 'channel-idle',
    event: 'state',
    level: 'info',
    when: 'Nobody used the channel for `idleTimeoutMs`: connections are closed until it is used again.',
    fields: ['from', 'to'],
  },
  {
    code: 'channel-ready',
    event: 'state',
    level: 'info',
    when: 'At least one pod is ready.',
    fields: ['from', 'to'],
  },
  {
    code: 'channel-shutdown',
    event: 'state',
    level: 'info',
    when: 'The channel was closed: no new calls; those in flight go on for at most `drainGraceMs`.',
    fields: ['from', 'to'],
  },
  {
    code: 'channel-transient-failure',
    event: 'state',
    level: 'error',
    when: 'No pod can be reached: calls fail, except those that wait for a ready one.',
    fields: ['from', 'to'],
  },
  {
    code: 'credentials-stale',
    event: 'warning',
    level: 'warn',
    when: 'Newer credentials cannot be used; the older ones stay in use. The text says why.',
    fields: [],
  },
  {
    code: 'endpoints-changed',
    event: 'endpoints',
    level: 'info',
    when: 'An answer of the resolver changed the pods.',
    fields: ['added', 'changed', 'removed'],
  },
  {
    code: 'keepalive-throttled',
    event: 'keepaliveThrottled',
    level: 'info',
    when: 'A server said `too_many_pings`: connections made from now on are pinged less often.',
    fields: ['member', 'fromMs', 'toMs'],
  },
  {
    code: 'keepalive-unwatched',
    event: 'warning',
    level: 'warn',
    when: 'This version of grpc-js does not let us see whether servers complain about pings.',
    fields: [],
  },
  {
    code: 'member-connecting',
    event: 'member',
    level: 'debug',
    when: 'A connection to a pod is being made.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-cut',
    event: 'drained',
    level: 'warn',
    when: 'A pod that left the target had calls at the grace limit; they were ended.',
    fields: ['member', 'cut'],
  },
  {
    code: 'member-drained',
    event: 'drained',
    level: 'info',
    when: 'A pod that left the target has finished its calls.',
    fields: ['member', 'cut'],
  },
  {
    code: 'member-failed',
    event: 'member',
    level: 'warn',
    when: 'A pod could not be connected; the next attempt follows by backoff.',
    fields: ['member', 'from', 'to', 'cause'],
  },
  {
    code: 'member-idle',
    event: 'member',
    level: 'debug',
    when: 'The connection to a pod was closed because nobody used the channel.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-lost',
    event: 'member',
    level: 'info',
    when: 'The connection to a pod ended, as it does when a pod is replaced.',
    fields: ['member', 'from', 'to', 'cause'],
  },
  {
    code: 'member-ready',
    event: 'member',
    level: 'info',
    when: 'A pod is connected and gets calls.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-rotated',
    event: 'rotated',
    level: 'info',
    when: 'The connection to a pod was replaced because of its age, or of new credentials.',
    fields: ['member', 'ageMs', 'reason'],
  },
  {
    code: 'resolver-empty',
    event: 'warning',
    level: 'warn',
    when: 'The target resolved to nothing; its last known pods stay in use.',
    fields: [],
  },
  {
    code: 'resolver-error',
    event: 'resolverError',
    level: 'warn',
    when: 'A look-up failed; the last good answer stays in use.',
    fields: ['error'],
  },
  {
    code: 'rotation-failed',
    event: 'warning',
    level: 'warn',
    when: 'The connection to a pod was to be replaced and stays, because a new one failed.',
    fields: [],
  },
  {
    code: 'service-config-ignored',
    event: 'warning',
    level: 'warn',
    when: 'The resolver sent a service config, which is not applied: the pool stands alone, or the application gave one.',
    fields: [],
  },
  {
    code: 'service-config-invalid',
    event: 'warning',
    level: 'warn',
    when: 'The resolver sent an invalid service config; the last good one stays in use. The text has every error.',
    fields: [],
  },
  {
    code: 'too-many-pings',
    event: 'warning',
    level: 'warn',
    when: 'A server was pinged too often; its side of `keepalive-throttled`, for those who listen to warnings.',
    fields: [],
  },
] as const satisfies readonly EventCodeEntry[];

/** One of the codes of a pool. */
export type PoolEventCode = (typeof POOL_EVENT_CODES)[number]['code'];
