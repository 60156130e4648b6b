import type { Clock } from '@fairlead/core';
import type { RetryWaits } from '../retry/retry-waits.js';
import type { Bulkhead } from './bulkhead.js';

/** What a method's bulkhead works with. */
export interface MethodBulkhead {
  readonly bulkhead: Bulkhead;
  /** Among those that wait: the higher number goes first. */
  readonly priority: number;
  readonly clock: Clock;
  readonly waits: RetryWaits;
}
