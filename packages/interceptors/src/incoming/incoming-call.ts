import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deadline, Metadata } from '@grpc/grpc-js';

/** What the calls made while serving a call need to know of it. */
export interface IncomingCall {
  readonly metadata: Metadata;
  /** Its client waits no longer than until then; `Infinity` when it did not say. */
  getDeadline(): Deadline;
  readonly cancelled: boolean;
  on(event: 'cancelled', listener: () => void): unknown;
  removeListener(event: 'cancelled', listener: () => void): unknown;
}

const storage = new AsyncLocalStorage<IncomingCall | undefined>();

/** The call that is being served here, if somebody said so. */
export function currentIncomingCall(): IncomingCall | undefined {
  return storage.getStore();
}

/**
 * Serves a call: the calls that `act` makes, also later and asynchronously, are made under it. They end at its deadline and when
 * it is cancelled, and make no attempts that cost something where it must not be repeated.
 *
 * For handlers of servers whose interceptors are not yours to set; otherwise {@link incomingCallInterceptor} does it for all.
 *
 * @param call what grpc-js gives a handler.
 */
export function serveCall<T>(call: IncomingCall, act: () => T): T {
  return storage.run(call, act);
}

/** Leaves the call that is being served: for work that goes on after its answer, and must not end with it. */
export function leaveCall<T>(act: () => T): T {
  return storage.run(undefined, act);
}
