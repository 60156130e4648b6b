import * as grpc from '@grpc/grpc-js';
import { fullListener } from '../call/full-listener.js';
import { ownStatus } from '../call/own-status.js';
import { deadlineOf, isParentCancelled } from '../call/parent-call.js';
import type {
  CallListener,
  InterceptingCallInterface,
  InterceptorOptions,
  MessageContext,
  NextCall,
  PartialListener,
} from '../grpc-types.js';
import { announceNoRetries, whyNoRetries } from '../incoming/no-retry.js';
import { Attempt, type AttemptObserver } from './attempt.js';
import { CallHistory } from './call-history.js';
import { messageSize } from '../call/message-size.js';
import type { MethodRetry } from './method-retry.js';
import type { WaitEnd } from './retry-waits.js';
import { Transcript } from './transcript.js';

const NOTHING_TRIED: ReadonlySet<string> = new Set();

const CANCELLED = 'the call was cancelled';
const PARENT_CANCELLED = 'the parent call was cancelled';
const CLOSED = 'the channel was closed';
const DROPPED = 'the balancing policy dropped the call';
const ANSWERED = 'the response had begun';
const TOO_LONG = 'more was sent than may be kept for another attempt';

/**
 * A call that may take several attempts. Until it is committed to one (its response begins, or there is more to replay
 * than may be kept), what the client did is kept and can be done again.
 */
export class RetryCall implements InterceptingCallInterface, AttemptObserver {
  readonly #options: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #method: MethodRetry;
  readonly #transcript: Transcript;
  /** Made right away, as every interceptor does, so that a closed channel throws where the client expects it. */
  readonly #first: InterceptingCallInterface;
  #metadata: grpc.Metadata | undefined;
  #listener: CallListener | undefined;
  #attempt: Attempt | undefined;
  #history: CallHistory | undefined;
  #stopWaiting: (() => void) | undefined;
  /** Why there can be no other attempt. */
  #committed: string | undefined;
  #cancelled: grpc.StatusObject | undefined;
  #ended = false;

  constructor(options: InterceptorOptions, nextCall: NextCall, method: MethodRetry) {
    this.#options = options;
    this.#nextCall = nextCall;
    this.#method = method;
    this.#transcript = new Transcript(method.space, method.perCallBufferBytes);
    this.#first = nextCall(options);
  }

  // What the client calls.

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#metadata = metadata;
    this.#listener = fullListener(listener);
    if (this.#cancelled) return this.#endSoon(this.#cancelled);
    this.#method.budget.deposit(this.#method.clock.now());
    this.#begin(this.#first);
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
    const attempt = this.#attempt;
    if (attempt && this.#committed !== undefined && attempt.playback.caughtUp) {
      attempt.call.sendMessageWithContext(context, message);
      return;
    }
    this.#transcript.add(context, message, this.#committed === undefined ? messageSize(message, this.#options) : 0);
    if (attempt && this.#transcript.overflown) this.#commit(TOO_LONG);
    attempt?.playback.advance();
  }

  startRead(): void {
    if (this.#committed === undefined) this.#transcript.read();
    this.#attempt?.call.startRead();
  }

  halfClose(): void {
    this.#transcript.halfClose();
    this.#attempt?.playback.advance();
  }

  /** A cancel after the end is nothing. One before the start is told at the start, one between two attempts at once. */
  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = ownStatus(code, details);
    if (this.#attempt) return this.#attempt.call.cancelWithStatus(code, details);
    if (!this.#listener) return this.#first.cancelWithStatus(code, details);
    this.#history?.abandon(CANCELLED);
    this.#endSoon(this.#cancelled);
  }

  getPeer(): string {
    return this.#attempt?.call.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.#attempt?.call.getAuthContext() ?? null;
  }

  // What an attempt says. Whatever an attempt says that is not the current one is late.

  onHeaders(attempt: Attempt, metadata: grpc.Metadata): void {
    if (attempt !== this.#attempt) return;
    this.#commit(ANSWERED);
    this.#listener?.onReceiveMetadata(metadata);
  }

  onMessage(attempt: Attempt, message: unknown): void {
    if (attempt !== this.#attempt) return;
    // A client with a unary response is told "no message" (null) before a failing status; that is not a response.
    if (message === null && this.#committed === undefined) return;
    this.#commit(ANSWERED);
    this.#listener?.onReceiveMessage(message);
  }

  onStatus(attempt: Attempt, status: grpc.StatusObject): void {
    if (attempt !== this.#attempt || this.#ended) return;
    if (status.code === grpc.status.OK) {
      this.#method.budget.callSucceeded?.(this.#method.clock.now());
      this.#history?.succeeded(attempt, status);
      return this.#end(status);
    }
    const history = (this.#history ??= this.#newHistory());
    const decision = history.failed(attempt, status, attempt.dropped ? DROPPED : this.#whyStop());
    if (!decision.retry) return this.#end(status);
    this.#attempt = undefined;
    const delayMs = history.delayMs(decision);
    if (delayMs === undefined) return this.#again(history, status);
    this.#stopWaiting = this.#method.waits.begin(delayMs, this.#options, (end) => this.#waited(end, history, status));
  }

  #newHistory(): CallHistory {
    return new CallHistory(this.#method, whyNoRetries(this.#options, this.#metadata as grpc.Metadata));
  }

  #whyStop(): string | undefined {
    if (this.#cancelled) return CANCELLED;
    if (this.#committed !== undefined) return this.#committed;
    if (this.#method.waits.closed) return CLOSED;
    if (isParentCancelled(this.#options)) return PARENT_CANCELLED;
    return deadlineOf(this.#options) <= this.#method.clock.epochNow() ? 'the deadline has passed' : undefined;
  }

  #waited(end: WaitEnd, history: CallHistory, last: grpc.StatusObject): void {
    this.#stopWaiting = undefined;
    switch (end) {
      case 'elapsed':
        return this.#again(history, last);
      case 'deadline':
        history.abandon('the deadline came before the next attempt');
        return this.#end(deadlineExceeded(last));
      case 'parent-cancelled':
        history.abandon(PARENT_CANCELLED);
        return this.#endSoon(ownStatus(grpc.status.CANCELLED, 'Cancelled by parent call'));
      case 'channel-closed':
        history.abandon(CLOSED);
        return this.#endSoon(last);
    }
  }

  #again(history: CallHistory, last: grpc.StatusObject): void {
    let call: InterceptingCallInterface;
    try {
      call = this.#nextCall(this.#options);
    } catch (error) {
      // A plain channel that was closed meanwhile throws.
      history.abandon(`the next attempt could not be made: ${error instanceof Error ? error.message : String(error)}`);
      return this.#endSoon(last);
    }
    // Whoever is told of the new call may cancel this one at that moment.
    if (this.#cancelled) return call.cancelWithStatus(this.#cancelled.code, this.#cancelled.details);
    this.#begin(call);
  }

  #begin(call: InterceptingCallInterface): void {
    const metadata = (this.#metadata as grpc.Metadata).clone();
    this.#history?.announce(metadata);
    announceNoRetries(this.#options, metadata);
    const tried = this.#history?.tried ?? NOTHING_TRIED;
    const kind = this.#history?.nextKind ?? 'first';
    const attempt = new Attempt(this, call, this.#transcript, tried, this.#method.clock.now(), kind);
    this.#attempt = attempt;
    attempt.start(metadata);
    if (this.#transcript.overflown) this.#commit(TOO_LONG);
  }

  #commit(why: string): void {
    if (this.#committed !== undefined) return;
    this.#committed = why;
    this.#transcript.release();
    this.#attempt?.playback.forget();
  }

  #end(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#close();
    this.#listener?.onReceiveStatus(this.#history?.attachTo(status) ?? status);
  }

  /** Ends the call, and tells the client when it is out of the method that it is in. */
  #endSoon(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#close();
    const told = this.#history?.attachTo(status) ?? status;
    process.nextTick(() => this.#listener?.onReceiveStatus(told));
  }

  #close(): void {
    this.#ended = true;
    this.#stopWaiting?.();
    this.#commit('the call is over');
    this.#transcript.drop();
  }
}

function deadlineExceeded({ code, details }: grpc.StatusObject): grpc.StatusObject {
  const cause = `${grpc.status[code]}: ${details}`;
  return ownStatus(grpc.status.DEADLINE_EXCEEDED, `Deadline exceeded while waiting to retry; last failure: ${cause}`);
}
