import type { BreakerChange } from '@fairlead/interceptors';
import type { EventLine } from '@fairlead/core';
import type { EventLines } from '@fairlead/pool';
import type { PolicyEvents } from './channel-events.js';
import type { ChannelEventCode } from './event-codes.js';

/** How each event of the policies reads in a log. The compiler complains when one is missing. */
export const POLICY_EVENT_LINES: EventLines<PolicyEvents> = { breaker: breakerLine };

const BREAKER_CODES = { closed: 'breaker-closed', open: 'breaker-open', 'half-open': 'breaker-half-open' } as const;

function breakerLine({ path, from, to, manual }: BreakerChange): EventLine<ChannelEventCode> {
  const message = `the circuit breaker of ${path} is ${to}${manual ? ', by hand' : ''}`;
  return { code: BREAKER_CODES[to], subject: path, message, fields: { path, from, to, manual } };
}
