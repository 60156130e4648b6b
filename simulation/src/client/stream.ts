import type { CallStatus, FailureClass } from '@fairlead/core';
import type { ServerCall } from '../models/server.js';
import type { ServerTrailers } from '../models/trailers.js';

/** Hears how an attempt ended on the wire: once, unless it was cancelled before. */
export interface StreamListener {
  /** @param failure what is known of its effect; undefined for OK. */
  ended(status: CallStatus, failure: FailureClass | undefined): void;
}

/** What a stream needs from its connection. */
export interface StreamCarrier {
  deliver(stream: Stream, code: number, trailers: ServerTrailers): void;
}

/** One attempt on one connection. */
export class Stream implements ServerCall {
  place: ServerCall['place'] = 'outside';
  life = 0;
  readonly listener: StreamListener;
  readonly #carrier: StreamCarrier;

  constructor(carrier: StreamCarrier, listener: StreamListener) {
    this.#carrier = carrier;
    this.listener = listener;
  }

  answer(code: number, trailers: ServerTrailers): void {
    this.#carrier.deliver(this, code, trailers);
  }
}
