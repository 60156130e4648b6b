import * as grpc from '@grpc/grpc-js';
import { attachAttemptContext, type Backoff, type FailureClass, type Timer } from '@fairlead/core';
import { withAttempts } from '../attempts/attempts-of.js';
import type { AttemptRecord } from '../attempts/attempt-record.js';
import { fullListener } from '../call/full-listener.js';
import { deadlineOf, onParentCancelled } from '../call/parent-call.js';
import type {
  CallListener,
  InterceptingCallInterface,
  InterceptorOptions,
  MessageContext,
  NextCall,
  PartialListener,
} from '../grpc-types.js';
import { Attempt, type AttemptObserver } from './attempt.js';
import { decide, type Decision } from './decide.js';
import type { MethodRetry } from './method-retry.js';
import { pushbackOf } from './pushback.js';
import { ReplayBuffer } from './replay-buffer.js';

const NOTHING_TRIED: ReadonlySet<string> = new Set();

/**
 * A call that may take several attempts. Until it is committed (response headers, or more to replay than may be kept) it
 * keeps what the client did and can do it again; after that it only forwards.
 */
export class RetryCall implements InterceptingCallInterface, AttemptObserver {
  readonly #options: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #method: MethodRetry;
  #metadata: grpc.Metadata | undefined;
  #listener: CallListener | undefined;
  #buffer: ReplayBuffer | undefined;
  #attempt: Attempt | undefined;
  #wait: { readonly timer: Timer; readonly unlink: () => void } | undefined;
  #tried = NOTHING_TRIED;
  #trail: AttemptRecord[] | undefined;
  #counted = 0;
  #refused = 0;
  #previousAttempts = 0;
  #backoff: Backoff;
  #committed = false;
  #cancelled = false;
  #ended = false;

  constructor(options: InterceptorOptions, nextCall: NextCall, method: MethodRetry) {
    this.#options = options;
    this.#nextCall = nextCall;
    this.#method = method;
    this.#backoff = method.backoff;
  }

  // What the client calls.

  start(metadata: grpc.Metadata, listener?: PartialListener): void {
    this.#metadata = metadata;
    this.#listener = fullListener(listener);
    this.#method.budget.deposit(this.#method.clock.now());
    if (!this.#cancelled) this.#begin();
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (this.#committed) return this.#attempt?.call?.sendMessageWithContext(context, message);
    const kept = this.#replay().add(context, message, this.#sizeOf(message));
    const call = this.#attempt?.call;
    if (kept === undefined && call) {
      this.#commit();
      call.sendMessageWithContext(context, message);
      return;
    }
    // Between two attempts there is nothing to commit to: the next attempt is the last one, and takes the message along.
    if (kept === undefined) this.#replay().overflow(context, message);
    else call?.sendMessageWithContext(kept, message);
  }

  startRead(): void {
    if (!this.#committed) this.#replay().read();
    this.#attempt?.call?.startRead();
  }

  halfClose(): void {
    if (!this.#committed) this.#replay().halfClose();
    this.#attempt?.call?.halfClose();
  }

  /** A cancel after the end is nothing. One between two attempts ends the call at once. */
  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#ended) return;
    this.#cancelled = true;
    const call = this.#attempt?.call;
    if (call) return call.cancelWithStatus(code, details);
    this.#stopWaiting();
    this.#noteNoNext('the call was cancelled');
    process.nextTick(() => this.#end({ code, details, metadata: new grpc.Metadata() }));
  }

  getPeer(): string {
    return this.#attempt?.call?.getPeer() ?? 'unknown';
  }

  getAuthContext(): ReturnType<InterceptingCallInterface['getAuthContext']> {
    return this.#attempt?.call?.getAuthContext() ?? null;
  }

  // What an attempt says. Whatever an attempt says that is not the current one is late.

  onHeaders(attempt: Attempt, metadata: grpc.Metadata): void {
    if (attempt !== this.#attempt) return;
    this.#commit();
    this.#listener?.onReceiveMetadata(metadata);
  }

  onMessage(attempt: Attempt, message: unknown): void {
    if (attempt !== this.#attempt) return;
    // A client with a unary response is told "no message" (null) before a failing status; that is not a response.
    if (message === null && !this.#committed) return;
    this.#commit();
    this.#listener?.onReceiveMessage(message);
  }

  onStatus(attempt: Attempt, status: grpc.StatusObject): void {
    if (attempt !== this.#attempt || this.#ended) return;
    if (status.code === grpc.status.OK) return this.#end(status);
    const failure = attempt.failureOf(status);
    const decision = this.#decide(attempt, failure, status);
    this.#note(attempt, status, { retried: decision.retry, reason: decision.reason });
    if (!decision.retry) return this.#end(status);
    this.#attempt = undefined;
    if (attempt.endpoint) this.#tried = new Set(this.#tried).add(attempt.endpoint.id);
    if (failure === 'maybe-processed' || decision.costsBudget) this.#previousAttempts += 1;
    this.#follow(decision, status);
  }

  #begin(): void {
    const { clock } = this.#method;
    const attempt = new Attempt(this, this.#tried, clock.now());
    const metadata = (this.#metadata ?? new grpc.Metadata()).clone();
    if (this.#previousAttempts > 0) metadata.set('grpc-previous-rpc-attempts', String(this.#previousAttempts));
    attachAttemptContext(metadata, attempt);
    this.#attempt = attempt;
    try {
      const call = this.#nextCall(this.#options);
      attempt.call = call;
      call.start(metadata, attempt);
      this.#buffer?.replayOn(call);
      if (this.#buffer?.overflown) this.#commit();
    } catch (error) {
      // A closed channel throws. The first attempt throws to the client, as it would without this policy.
      if (this.#trail === undefined) throw error;
      const details = error instanceof Error ? error.message : String(error);
      this.#end({ code: grpc.status.UNAVAILABLE, details, metadata: new grpc.Metadata() });
    }
  }

  #decide(attempt: Attempt, failure: FailureClass, status: grpc.StatusObject): Decision {
    if (this.#cancelled) return { retry: false, reason: 'the call was cancelled' };
    if (this.#committed) return { retry: false, reason: 'the call was committed to this attempt' };
    if (failure === 'refused') this.#refused += 1;
    const picked = attempt.wasPicked(failure);
    const free = (failure === 'unsent' && picked) || (failure === 'refused' && this.#refused === 1);
    if (!free) this.#counted += 1;
    const decision = decide(
      {
        code: status.code,
        failure,
        picked,
        othersUntried: attempt.othersUntried,
        pushback: pushbackOf(status.metadata),
        counted: this.#counted,
        refused: this.#refused,
      },
      this.#method.policy,
    );
    const { budget, clock } = this.#method;
    if (!decision.retry || !decision.costsBudget || budget.tryWithdraw(clock.now())) return decision;
    return { retry: false, reason: 'the retry budget is used up' };
  }

  #follow(decision: Decision & { readonly retry: true }, status: grpc.StatusObject): void {
    if (decision.delay === 'none') return this.#begin();
    let delayMs: number;
    if (decision.delay === 'backoff') {
      delayMs = this.#backoff.delayMs(this.#method.random);
      this.#backoff = this.#backoff.next();
    } else {
      delayMs = decision.delay.pushbackMs;
      // After a pushback the backoff starts anew (gRFC A6).
      this.#backoff = this.#method.backoff;
    }
    this.#waitFor(delayMs, status);
  }

  /** Waits, but not beyond the deadline: then the call ends as if it had waited for an answer. */
  #waitFor(delayMs: number, status: grpc.StatusObject): void {
    const { clock } = this.#method;
    const leftMs = deadlineOf(this.#options) - clock.epochNow();
    const expires = leftMs <= delayMs;
    const timer = clock.schedule(Math.max(0, Math.min(delayMs, leftMs)), () => {
      this.#stopWaiting();
      if (!expires) return this.#begin();
      this.#noteNoNext('the deadline came before the next attempt');
      this.#end(deadlineExceeded(status));
    }, true);
    const unlink = onParentCancelled(this.#options, () => {
      this.cancelWithStatus(grpc.status.CANCELLED, 'Cancelled by parent call');
    });
    this.#wait = { timer, unlink };
  }

  #stopWaiting(): void {
    this.#wait?.timer.cancel();
    this.#wait?.unlink();
    this.#wait = undefined;
  }

  #commit(): void {
    if (this.#committed) return;
    this.#committed = true;
    this.#buffer?.free();
    this.#buffer = undefined;
  }

  #end(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWaiting();
    this.#commit();
    this.#listener?.onReceiveStatus(this.#trail === undefined ? status : withAttempts(status, this.#trail));
  }

  #note(attempt: Attempt, status: grpc.StatusObject, next: AttemptRecord['next']): void {
    const { clock } = this.#method;
    const now = clock.now();
    (this.#trail ??= []).push(attempt.record(status, clock.epochNow() - now, now, next));
  }

  /** The attempt that was to follow the last one does not. */
  #noteNoNext(reason: string): void {
    const last = this.#trail?.pop();
    if (last) this.#trail?.push({ ...last, next: { retried: false, reason } });
  }

  #replay(): ReplayBuffer {
    return (this.#buffer ??= new ReplayBuffer(this.#method.space, this.#method.perCallBufferBytes));
  }

  #sizeOf(message: unknown): number {
    if (message instanceof Uint8Array) return message.byteLength;
    // In a client's own `interceptors` the message is not serialized yet; its size has to be found out.
    return this.#options.method_definition.requestSerialize(message).byteLength;
  }
}

function deadlineExceeded(last: grpc.StatusObject): grpc.StatusObject {
  const details = `Deadline exceeded while waiting to retry; last failure: ${grpc.status[last.code]}: ${last.details}`;
  return { code: grpc.status.DEADLINE_EXCEEDED, details, metadata: new grpc.Metadata() };
}
