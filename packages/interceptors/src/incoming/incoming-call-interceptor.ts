import { EventEmitter } from 'node:events';
import * as grpc from '@grpc/grpc-js';
import { serveCall, type IncomingCall } from './incoming-call.js';

/** A call as the server's interceptors see it. */
class ServedCall extends EventEmitter implements IncomingCall {
  readonly metadata: grpc.Metadata;
  readonly #deadline: grpc.Deadline;
  cancelled = false;

  constructor(metadata: grpc.Metadata, deadline: grpc.Deadline) {
    super();
    this.metadata = metadata;
    this.#deadline = deadline;
    // One for each call that is made under this one, as long as it is under way.
    this.setMaxListeners(0);
  }

  getDeadline(): grpc.Deadline {
    return this.#deadline;
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled');
  }
}

/**
 * A server interceptor under which handlers need not pass their call on: what they call through our channels takes over its
 * deadline (less `deadlineMarginMs`), its cancellation, and its word against repeating.
 *
 * @example
 * const server = new grpc.Server({ interceptors: [incomingCallInterceptor()] });
 */
export function incomingCallInterceptor(): grpc.ServerInterceptor {
  return (_method, call) => new grpc.ServerInterceptingCall(call, { start: (next) => next(listenerFor(call)) });
}

/** Every event comes with an asynchronous context of its own, so each is put into the call's anew. */
function listenerFor(call: grpc.ServerInterceptingCallInterface): grpc.ServerListener {
  let served: ServedCall | undefined;
  const within = (act: () => void): void => (served ? serveCall(served, act) : act());
  return {
    onReceiveMetadata: (metadata, next) => {
      served = new ServedCall(metadata, call.getDeadline());
      within(() => next(metadata));
    },
    onReceiveMessage: (message, next) => within(() => next(message)),
    onReceiveHalfClose: (next) => within(next),
    onCancel: () => served?.cancel(),
  };
}
