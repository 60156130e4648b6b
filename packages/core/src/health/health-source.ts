import type { Endpoint } from '../endpoint/endpoint.js';

/** What a health source says of one member. */
export type Health = 'healthy' | 'unhealthy' | 'unknown';

/**
 * Something beside the connection that may veto a member: a health watch, an ejector.
 *
 * The pool calls `watch` once for each member that becomes ready and `stop` when it leaves ready. A member is pickable
 * when every source says `healthy`; `unknown` counts as healthy for a source that only ejects and as unhealthy for one
 * that must confirm (`required`). `onChange` may be called synchronously and at any time until `stop`.
 */
export interface HealthSource {
  /** Must confirm a member before its first pick (a health watch), or only takes members out (an ejector). */
  readonly required: boolean;
  watch(endpoint: Endpoint, onChange: (health: Health) => void): HealthWatch;
}

/** A running observation of one member. */
export interface HealthWatch {
  /** Ends it; `onChange` is not called again. Idempotent. */
  stop(): void;
}
