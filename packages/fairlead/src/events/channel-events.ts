import type { BreakerChange } from '@fairlead/interceptors';
import type { PoolEvents } from '@fairlead/pool';
import type { ServiceConfigChange } from '../service-config/apply-replacement.js';

/** Events of the policies of a channel by name, with what each listener is given. */
export interface PolicyEvents {
  /** The circuit breaker of a method opened, closed, or lets a call probe. All methods, also those called later. */
  breaker: [change: BreakerChange];
  /** A new service config is in force: calls that follow are made by it. One that is refused is a `warning`. */
  serviceConfig: [change: ServiceConfigChange];
}

/** Events of a channel: those of its pool and those of its policies. Codes and levels: `docs/reference/events.md`. */
export interface ChannelEvents extends PoolEvents, PolicyEvents {}
