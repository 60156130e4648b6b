import { status as Code, type Metadata, type StatusObject } from '@grpc/grpc-js';
import { ForwardingCall } from '../call/forwarding-call.js';
import type { CallListener, InterceptingCallInterface, PartialListener } from '../grpc-types.js';
import { CallsUnder } from './calls-under.js';
import type { IncomingCall } from './incoming-call.js';

/**
 * Is cancelled with the incoming call that it is made under. The `parent` of grpc-js would do that, too, but listens to the
 * incoming call until that ends: a stream that is served for hours would keep every call it ever made.
 */
export class CallUnderAnother extends ForwardingCall implements CallListener {
  readonly #under: CallsUnder;
  #listener: PartialListener | undefined;

  constructor(next: InterceptingCallInterface, incoming: IncomingCall) {
    super(next);
    this.#under = CallsUnder.of(incoming);
  }

  override start(metadata: Metadata, listener?: PartialListener): void {
    this.#listener = listener;
    this.#under.add(this.#cancel);
    super.start(metadata, this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: StatusObject): void {
    this.#under.delete(this.#cancel);
    this.#listener?.onReceiveStatus?.(status);
  }

  readonly #cancel = (): void => {
    this.next.cancelWithStatus(Code.CANCELLED, 'Cancelled by the incoming call');
  };
}
