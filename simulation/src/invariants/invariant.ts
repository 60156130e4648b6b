import type { ClientObserver } from '../client/client-observer.js';

/** A rule that is watched: it throws an `InvariantViolation` at the moment when it is broken. */
export type Invariant = Partial<ClientObserver>;
