import type { Endpoint } from '../endpoint/endpoint.js';
import type { AttemptKind } from './attempt-kind.js';
import type { FailureClass } from './failure-class.js';

/** What an attempt may have to wait for before it is given to a member: the first answer of the resolver, or a pick. */
export type AttemptDelay = 'name-resolution' | 'pick';

/**
 * What a retry or hedging policy tells the pool about one attempt, and what the pool tells back.
 *
 * The policy attaches a context to the attempt's metadata (`attachAttemptContext`), the pool below finds it there
 * (`attemptContextOf`), whatever interceptors stand between them. One that puts a context of its own in its place passes
 * everything on.
 */
export interface AttemptContext {
  /** Ids of the endpoints that earlier attempts of this call were given to, those that are still under way included. */
  readonly tried: ReadonlySet<string>;
  /** Why it is made. Undefined when nobody said. */
  readonly kind?: AttemptKind;
  /**
   * The call can do without this attempt: a hedge, while another attempt is under way. The pool gives it at once to a
   * member that is not in `tried`, or fails it as `unsent`: such an attempt waits for nobody, never doubles the load of a
   * member that has the call already, and is not made at all while fewer than half of the members are ready, who have
   * more than their share to do. Default false.
   */
  readonly optional?: boolean;
  /**
   * The attempt had to wait for this, and the wait is over. Called at most once for each delay, in their order, before
   * `onPicked`; not called for a wait that ended the attempt (gRFC A72, "Delayed … complete").
   */
  onDelayed?(delay: AttemptDelay): void;
  /**
   * The pool gave this attempt to a member. Called at most once per attempt.
   * @param othersUntried whether there is a pickable member that neither earlier attempts nor this one have tried. If not,
   * a further attempt would meet a member again, so it should wait first.
   */
  onPicked(endpoint: Endpoint, othersUntried: boolean): void;
  /**
   * The attempt is about to fail as `refused`, because its connection ends (GOAWAY): it refuses no other. Called at most
   * once, before `onFailed`; not for a server that refuses a stream and goes on.
   */
  onWentAway?(): void;
  /**
   * The attempt failed, and the pool knows how. Called at most once, before the status is delivered. When `onPicked` was
   * not called before, no member was pickable.
   * @param dropped the balancing policy wants the call to fail: no other attempt may follow (gRPC's DROP).
   */
  onFailed(failure: FailureClass, dropped?: boolean): void;
}

/** The part of grpc-js `Metadata` that carries a context: `clone()` keeps its options object and drops opaque data. */
export interface ContextCarrier {
  getOptions(): object;
  setOptions(options: object): void;
}

const KEY: unique symbol = Symbol.for('fairlead.attempt-context') as never;

/** Attaches `context` to metadata that belongs to this attempt alone (a clone). The options object is replaced, not changed. */
export function attachAttemptContext(metadata: ContextCarrier, context: AttemptContext): void {
  metadata.setOptions({ ...metadata.getOptions(), [KEY]: context });
}

/** Takes the context from metadata that {@link attachAttemptContext} gave it to: the attempt is over. */
export function detachAttemptContext(metadata: ContextCarrier): void {
  (metadata.getOptions() as { [KEY]?: AttemptContext | undefined })[KEY] = undefined;
}

/** The context of the attempt that this metadata belongs to, if a policy attached one. */
export function attemptContextOf(metadata: ContextCarrier): AttemptContext | undefined {
  return (metadata.getOptions() as { [KEY]?: AttemptContext | undefined })[KEY];
}
