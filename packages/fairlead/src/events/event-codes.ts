import type { EventCodeEntry } from '@fairlead/core';

/** The codes of the events that a channel adds to those of its pool, in alphabetical order. */
export const CHANNEL_EVENT_CODES = [
  {
    code: 'breaker-closed',
    event: 'breaker',
    level: 'info',
    when: 'The circuit breaker of a method lets calls through again.',
    fields: ['path', 'from', 'to', 'manual'],
  },
  {
    code: 'breaker-half-open',
    event: 'breaker',
    level: 'info',
    when: 'The circuit breaker of a method lets one call probe.',
    fields: ['path', 'from', 'to', 'manual'],
  },
  {
    code: 'breaker-open',
    event: 'breaker',
    level: 'warn',
    when: 'The circuit breaker of a method opened: its calls fail at once.',
    fields: ['path', 'from', 'to', 'manual'],
  },
  {
    code: 'service-config',
    event: 'warning',
    level: 'warn',
    when: 'A service config has a field that nobody knows, a policy that is passed over, a number that is clamped, or an entry without effect.',
    fields: [],
  },
  {
    code: 'service-config-applied',
    event: 'serviceConfig',
    level: 'info',
    when: 'A new service config is in force: calls that follow are made by it.',
    fields: ['source', 'policy', 'policyChanged'],
  },
] as const satisfies readonly EventCodeEntry[];

/** One of the codes that a channel adds. */
export type ChannelEventCode = (typeof CHANNEL_EVENT_CODES)[number]['code'];
