import * as grpc from '@grpc/grpc-js';
import { fullListener } from '../call/full-listener.js';
import { ownStatus } from '../call/own-status.js';
import type {
  CallListener,
  InterceptingCallInterface,
  InterceptorOptions,
  MessageContext,
  NextCall,
  PartialListener,
} from '../grpc-types.js';
import type { Attempt, AttemptObserver } from '../retry/attempt.js';
import { messageSize } from '../call/message-size.js';
import { Transcript } from '../retry/transcript.js';
import { Hedges, type HedgeObserver } from './hedges.js';
import type { MethodHedging } from './method-hedging.js';

/**
 * A call that may have several attempts under way at a time. The client's side of it: what the client does is kept and
 * done on every attempt, until one of them is answered; from then on this is a forwarder to that one.
 * {@link Hedges} decides which attempts there are.
 */
export class HedgingCall implements InterceptingCallInterface, AttemptObserver, HedgeObserver {
  readonly #options: InterceptorOptions;
  readonly #method: MethodHedging;
  readonly #transcript: Transcript;
  readonly #hedges: Hedges;
  /** Made right away, as every interceptor does, so that a closed channel throws where the client expects it. */
  readonly #first: InterceptingCallInterface;
  #listener: CallListener | undefined;
  /** The attempt that the call is committed to. */
  #answered: Attempt | undefined;
  #beganAt = 0;
  /** Begun, and not answered yet: a stall of our own event loop could be mistaken for a slow answer. */
  #awaiting = false;
  #cancelled: grpc.StatusObject | undefined;
  #ended = false;

  constructor(options: InterceptorOptions, nextCall: NextCall, method: MethodHedging) {
    this.#options = options;
    this.#method = method;
    this.#transcript = new Transcript(method.space, method.perCallBufferBytes);
    this.#hedges = new Hedges(this, options, nextCall, method, this.#transcript);
    this.#first = nextCall(options);
  }

  // What the client calls.

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#listener = fullListener(listener);
    if (this.#cancelled) return this.endSoon(this.#cancelled);
    this.#beganAt = this.#method.clock.now();
    this.#awaiting = true;
    this.#method.stalls.enter(this.#beganAt);
    this.#method.budget.deposit(this.#beganAt);
    this.#hedges.begin(this.#first, metadata);
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (this.#ended) {
      // Whoever waits to have written goes on, as on a call of grpc-js that is over. The status tells.
      if (context.callback) process.nextTick(context.callback);
      return;
    }
    const answered = this.#answered;
    if (answered?.playback.caughtUp) {
      answered.call.sendMessageWithContext(context, message);
      return;
    }
    this.#transcript.add(context, message, answered ? 0 : messageSize(message, this.#options));
    if (!answered && this.#transcript.overflown) this.#hedges.keepFurthest();
    this.#advance();
  }

  startRead(): void {
    if (this.#answered) return this.#answered.call.startRead();
    this.#transcript.read();
    for (const { call } of this.#hedges.attempts.underWay) call.startRead();
  }

  halfClose(): void {
    this.#transcript.halfClose();
    this.#advance();
  }

  /** A cancel after the end is nothing. One before the start is told at the start. */
  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = ownStatus(code, details);
    if (this.#listener) this.endSoon(this.#cancelled);
    else this.#first.cancelWithStatus(code, details);
  }

  getPeer(): string {
    return (this.#answered ?? this.#hedges.attempts.last)?.call.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return (this.#answered ?? this.#hedges.attempts.last)?.call.getAuthContext() ?? null;
  }

  // What an attempt says. The first one that says anything of a response is the one that counts.

  onHeaders(attempt: Attempt, metadata: grpc.Metadata): void {
    if (this.#accept(attempt)) this.#listener?.onReceiveMetadata(metadata);
  }

  onMessage(attempt: Attempt, message: unknown): void {
    // A client with a unary response is told "no message" (null) before a failing status; that is not a response.
    if (message === null && this.#answered === undefined) return;
    if (this.#accept(attempt)) this.#listener?.onReceiveMessage(message);
  }

  onStatus(attempt: Attempt, status: grpc.StatusObject): void {
    if (this.#ended || !this.#hedges.attempts.isUnderWay(attempt)) return;
    if (status.code !== grpc.status.OK) return this.#hedges.failed(attempt, status, this.#answered !== undefined);
    this.#accept(attempt);
    this.#method.budget.callSucceeded?.(this.#method.clock.now());
    this.#hedges.attempts.ended(attempt, status, { retried: false, reason: 'it succeeded' });
    this.end(status);
  }

  // What the hedges say.

  commit(attempt: Attempt): void {
    if (this.#answered) return;
    this.#answered = attempt;
    this.#stopAwaiting();
    this.#transcript.release();
    this.#hedges.settle(attempt);
    attempt.playback.forget();
  }

  end(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#close();
    this.#listener?.onReceiveStatus(this.#hedges.attempts.attachTo(status));
  }

  /** Ends the call, and tells the client when it is out of the method that it is in. */
  endSoon(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#close(status);
    const told = this.#hedges.attempts.attachTo(status);
    process.nextTick(() => this.#listener?.onReceiveStatus(told));
  }

  /** @returns whether the attempt is the one that counts. */
  #accept(attempt: Attempt): boolean {
    if (this.#ended) return false;
    if (this.#answered === undefined && this.#hedges.attempts.isUnderWay(attempt)) {
      const { clock, delay, stalls } = this.#method;
      const now = clock.now();
      if (!stalls.distorts(this.#beganAt, now)) delay.answered(now - this.#beganAt, now);
      this.commit(attempt);
    }
    return attempt === this.#answered;
  }

  #advance(): void {
    for (const { playback } of this.#answered ? [this.#answered] : this.#hedges.attempts.underWay) playback.advance();
  }

  #close(cancelWith?: grpc.StatusObject): void {
    this.#ended = true;
    this.#stopAwaiting();
    this.#hedges.close(cancelWith);
    this.#transcript.release();
    this.#transcript.drop();
  }

  #stopAwaiting(): void {
    if (!this.#awaiting) return;
    this.#awaiting = false;
    this.#method.stalls.leave(this.#method.clock.now());
  }
}
