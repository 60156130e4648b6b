import type { BreakerState } from './breaker.js';

/** One change of a breaker. */
export interface BreakerChange {
  /** The method, `/package.Service/Method`. */
  readonly path: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  /** Somebody called `open()` or `close()`. */
  readonly manual: boolean;
}
