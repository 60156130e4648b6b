import {
  connectionBackoff,
  decodeHealthCheckResponse,
  encodeHealthCheckRequest,
  type Clock,
  type Random,
  type Timer,
} from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { OwnStream } from '../own-stream/own-stream.js';

/** gRFC A17. */
const PATH = '/grpc.health.v1.Health/Watch';

/** What is known of the health of a server, as far as one connection tells. */
export type HealthVerdict =
  /** Asked, and nothing is known yet. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'serving' }
  /** `why`: for people, e.g. `unhealthy (NOT_SERVING)`. */
  | { readonly kind: 'unhealthy'; readonly why: string };

/** Told of what a watch finds, until it is ended. */
export interface HealthWatchListener {
  onVerdict(verdict: HealthVerdict): void;
  /** The server has no such method. The watch is over. */
  onUnimplemented(): void;
  /** grpc-js may have begun a stream. */
  onBegun(): void;
}

/** What a watch needs from its pool. */
export interface HealthWatchContext {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Asks the server at the other end of one connection how a service of it is, for as long as the connection is in use
 * (gRFC A17).
 *
 * A stream that ends without an answer is begun anew by backoff, after an answer at once: a server may have a maximum age of
 * streams. But one that answers and ends is not met in a tight loop, as it would be in grpc-go: such a retry comes
 * at most once in the first step of the backoff. A server that shuts down ends its watches just so.
 */
export class HealthWatch {
  readonly #channel: grpc.ChannelInterface;
  readonly #request: Uint8Array;
  readonly #context: HealthWatchContext;
  readonly #listener: HealthWatchListener;
  #backoff = connectionBackoff();
  #answer: HealthVerdict | undefined;
  /** When the next retry at once may come. */
  #atOnceFrom = -Infinity;
  #stream: OwnStream | undefined;
  #retry: Timer | undefined;

  constructor(
    channel: grpc.ChannelInterface,
    serviceName: string,
    context: HealthWatchContext,
    listener: HealthWatchListener,
  ) {
    this.#channel = channel;
    this.#request = encodeHealthCheckRequest(serviceName);
    this.#context = context;
    this.#listener = listener;
  }

  /** The first time, and for each retry. */
  begin(): void {
    this.#answer = undefined;
    this.#stream = new OwnStream(this.#channel, PATH, {
      onBegun: () => this.#listener.onBegun(),
      onMessage: (message) => this.#answered(decodeHealthCheckResponse(message)),
      onEnd: (status) => this.#ended(status),
    });
    // Where the connection is lost, whoever has it will hear of that and end this.
    if (!this.#stream.open(this.#request)) this.#beginLater();
  }

  /** Nothing is left of it, and nothing is heard of it any more. */
  end(): void {
    this.#retry?.cancel();
    this.#stream?.cancel('the health of the server is not asked for any more');
  }

  #answered(status = 'an answer that is none'): void {
    this.#backoff = connectionBackoff();
    this.#answer = status === 'SERVING' ? { kind: 'serving' } : { kind: 'unhealthy', why: `unhealthy (${status})` };
    this.#listener.onVerdict(this.#answer);
  }

  #ended({ code, details }: grpc.StatusObject): void {
    if (code === grpc.status.UNIMPLEMENTED) return this.#listener.onUnimplemented();
    const now = this.#context.clock.now();
    if (this.#answer !== undefined && now >= this.#atOnceFrom) return this.#beginAtOnce(this.#answer, now);
    const how = [grpc.status[code], ...(details === '' ? [] : [details])].join(': ');
    // First the retry: whoever is told may end this.
    if (this.#answer === undefined) this.#beginLater();
    else this.#retry = this.#context.clock.schedule(this.#atOnceFrom - now, () => this.begin());
    this.#listener.onVerdict({ kind: 'unhealthy', why: `unhealthy (the health watch ended with ${how})` });
  }

  /** What was bad news is none the better for it, nor worse. */
  #beginAtOnce(answer: HealthVerdict, now: number): void {
    this.#atOnceFrom = now + connectionBackoff().baseMs;
    this.begin();
    if (answer.kind === 'serving') this.#listener.onVerdict({ kind: 'asked' });
  }

  #beginLater(): void {
    const { clock, random } = this.#context;
    this.#retry = clock.schedule(this.#backoff.delayMs(random), () => this.begin());
    this.#backoff = this.#backoff.next();
  }
}
