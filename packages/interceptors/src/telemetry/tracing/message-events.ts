import type { Attributes, Span } from '@opentelemetry/api';
import { ATTRIBUTES, EVENTS } from './attributes.js';

/** The events of the messages of one attempt, numbered from 0 in each direction (gRFC A72). */
export class MessageEvents {
  readonly #span: Span;
  #sent = 0;
  #received = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  sent(message: unknown): void {
    this.#span.addEvent(EVENTS.sent, describe(this.#sent++, message));
  }

  /** @param message null is what a client with a unary response is told before a failing status: no message. */
  received(message: unknown): void {
    if (message !== null) this.#span.addEvent(EVENTS.received, describe(this.#received++, message));
  }
}

/** In the `interceptors` option of a client, messages are objects; to know their size they would be serialized once more. */
function describe(number: number, message: unknown): Attributes {
  const numbered = { [ATTRIBUTES.sequenceNumber]: number };
  return message instanceof Uint8Array ? { ...numbered, [ATTRIBUTES.messageSize]: message.length } : numbered;
}
