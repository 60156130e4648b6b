import type * as grpc from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import { asInterceptingCall, type InterceptingCallInterface, type PartialListener } from '../grpc-types.js';

class WaitForReadyCall extends ForwardingCall {
  readonly #waitForReady: boolean;

  constructor(next: InterceptingCallInterface, waitForReady: boolean) {
    super(next);
    this.#waitForReady = waitForReady;
  }

  override start(metadata: grpc.Metadata, listener?: PartialListener): void {
    const options = metadata.getOptions();
    if (options.waitForReady !== undefined) return super.start(metadata, listener);
    const own = metadata.clone();
    own.setOptions({ ...options, waitForReady: this.#waitForReady });
    super.start(own, listener);
  }
}

/**
 * Makes the calls of one method wait for a ready pod instead of failing while none is (service config `waitForReady`),
 * unless the caller said otherwise for the call (`new Metadata({ waitForReady })`).
 */
export function waitForReadyInterceptor(waitForReady: boolean): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new WaitForReadyCall(nextCall(options), waitForReady));
}
