import type { BreakerChange } from '@fairlead/interceptors';
import type { EventLine } from '@fairlead/core';
import type { EventLines } from '@fairlead/pool';
import type { ServiceConfigChange } from '../service-config/apply-replacement.js';
import type { PolicyEvents } from './channel-events.js';
import type { ChannelEventCode } from './event-codes.js';

/** How each event of the policies reads in a log. The compiler complains when one is missing. */
export const POLICY_EVENT_LINES: EventLines<PolicyEvents> = { breaker: breakerLine, serviceConfig: configLine };

const BREAKER_CODES = { closed: 'breaker-closed', open: 'breaker-open', 'half-open': 'breaker-half-open' } as const;

function breakerLine({ path, from, to, manual }: BreakerChange): EventLine<ChannelEventCode> {
  const message = `the circuit breaker of ${path} is ${to}${manual ? ', by hand' : ''}`;
  return { code: BREAKER_CODES[to], subject: path, message, fields: { path, from, to, manual } };
}

const SOURCES = {
  application: 'of the application',
  resolver: 'of the resolver',
  default: 'of nobody: defaults hold',
} as const;

function configLine({ source, policy, policyChanged }: ServiceConfigChange): EventLine<ChannelEventCode> {
  const message = `a new service config is in force, ${SOURCES[source]}${policyChanged ? `; balances by ${policy}` : ''}`;
  return { code: 'service-config-applied', message, fields: { source, policy, policyChanged } };
}
