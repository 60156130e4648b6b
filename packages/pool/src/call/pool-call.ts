import * as grpc from '@grpc/grpc-js';
import {
  asLocalEnd,
  attemptContextOf,
  detachAttemptContext,
  hashKeyOf,
  type AttemptContext,
  type AttemptDelay,
  type Completion,
  isOwnTimeout,
  type CallOutcome,
  type FailureClass,
  type Load,
  type PickRequest,
} from '@fairlead/core';
import type { CallArguments, CallListener, GrpcCall, MessageContext } from '../grpc-types.js';
import type { ActiveCalls, DrainableCall } from '../member/active-calls.js';
import type { Member } from '../member/member.js';
import type { CallHost } from './call-host.js';
import { failureOf, isFromServer, localStatus } from './call-status.js';
import { verdictOf } from './call-verdict.js';
import { adoptCall, beginCall, tellEnd, tellResponded } from './guarded-load.js';
import { OutgoingQueue } from './outgoing-queue.js';
import { wentAway } from './went-away.js';

/**
 * A call on the pool: lazy until `start`, when it knows its metadata; then waiting until a member is picked; then
 * nothing but a forwarder to the member's own call that counts.
 *
 * It is its own listener on that call, so a call costs one object and one completion here.
 */
export class PoolCall implements GrpcCall, PickRequest, DrainableCall {
  readonly args: CallArguments;
  readonly #host: CallHost;
  #metadata: grpc.Metadata | undefined;
  #listener: CallListener | undefined;
  #attempt: AttemptContext | undefined;
  #credentials: grpc.CallCredentials | undefined;
  #queue: OutgoingQueue | undefined;
  #call: GrpcCall | undefined;
  #member: Member | undefined;
  #completion: Completion | undefined;
  /** When it was given to the member. */
  #assignedAt = 0;
  #among: ActiveCalls | undefined;
  #waitingFor: AttemptDelay | undefined;
  #sawHeaders = false;
  #sawMessage = false;
  #cancelled = false;
  #cutFor: string | undefined;
  #ended = false;
  /** The end of a call that never got to a member, until its listener is known. */
  #early: grpc.StatusObject | undefined;

  constructor(args: CallArguments, host: CallHost) {
    this.args = args;
    this.#host = host;
  }

  // What the picker and the pool read.

  get path(): string {
    return this.args.path;
  }

  get metadata(): grpc.Metadata {
    return (this.#metadata ??= new grpc.Metadata());
  }

  get attempt(): AttemptContext | undefined {
    return this.#attempt;
  }

  get hashKey(): string | undefined {
    return this.#metadata && hashKeyOf(this.#metadata);
  }

  /** Given to a member, or over: nothing is left to find for it. */
  get settled(): boolean {
    return this.#member !== undefined || this.#ended;
  }

  /** Set by the caller or by a policy above; false when nobody said anything. */
  get waitForReady(): boolean {
    return this.#metadata?.getOptions().waitForReady === true;
  }

  // What the client calls.

  start(metadata: grpc.Metadata, listener: CallListener): void {
    this.#metadata = metadata;
    this.#listener = listener;
    this.#attempt = attemptContextOf(metadata);
    if (this.#ended) this.#tellEarly();
    else this.#host.admit(this);
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    if (this.#call) this.#call.sendMessageWithContext(context, message);
    else if (this.#ended) context.callback?.();
    else this.#pending().message(context, message);
  }

  startRead(): void {
    if (this.#call) this.#call.startRead();
    else this.#pending().read();
  }

  halfClose(): void {
    if (this.#call) this.#call.halfClose();
    else this.#pending().halfClose();
  }

  setCredentials(credentials: grpc.CallCredentials): void {
    this.#credentials = credentials;
  }

  /** A cancel that comes after the end is nothing: NestJS sends one after every completed call. */
  cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#ended) return;
    this.#cancelled = true;
    if (this.#call) this.#call.cancelWithStatus(code, details);
    else this.fail(code, details, 'unsent');
  }

  getPeer(): string {
    const peer = this.#call?.getPeer();
    return peer === undefined || peer === 'unknown' ? (this.#member?.address ?? 'unknown') : peer;
  }

  getAuthContext(): ReturnType<GrpcCall['getAuthContext']> {
    return this.#call?.getAuthContext() ?? null;
  }

  getCallNumber(): number {
    return this.#call?.getCallNumber() ?? 0;
  }

  // What the pool answers.

  /** Nobody can be picked yet, because of this; what was waited for before has come. */
  waitFor(delay: AttemptDelay): void {
    if (this.#waitingFor === delay) return;
    this.#endOfDelay();
    this.#waitingFor = delay;
  }

  /** The picker chose `member`: its load is reserved before anything else can happen, and the call goes out. */
  assign(member: Member, now: number): void {
    const completion = beginCall(member.load, now, this);
    if (completion === undefined) return;
    this.#completion = completion;
    this.#member = member;
    this.#assignedAt = now;
    this.#host.stalls.enter(now);
    member.tally.picked(now);
    this.#among = member.calls.current;
    this.#among.add(this);
    const attempt = this.#attempt;
    this.#endOfDelay();
    attempt?.onPicked(member.endpoint, this.#host.othersUntried(member, attempt.tried));
    // Who was told of the pick may have cancelled.
    if (this.#ended) this.#release('neutral', now);
    else this.#launch(member);
  }

  /** The picker wants the call to fail, whatever a retry policy thinks of it. */
  drop(reason: string): void {
    this.fail(grpc.status.UNAVAILABLE, reason, 'unsent', true);
  }

  /** Ends a call that was not given to a member. */
  fail(code: grpc.status, details: string, failure: FailureClass, dropped = false): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.forget(this);
    this.#attempt?.onFailed(failure, dropped);
    this.#early = localStatus(code, details);
    this.#queue?.drop();
    this.#queue = undefined;
    if (this.#listener === undefined) return;
    this.#host.ended();
    this.#tellEarly();
  }

  /** The member is taken away under the call. */
  cut(reason: string): void {
    this.#cutFor = reason;
    this.#call?.cancelWithStatus(grpc.status.UNAVAILABLE, reason);
  }

  /** The member has another load from now on, which counts the place of this call. */
  moveTo(load: Load, now: number): void {
    if (this.#completion === undefined) return;
    tellEnd(this.#completion, now, 'neutral', false, undefined, this.#host);
    this.#completion = adoptCall(load, now, !this.#sawMessage, this.#host);
  }

  // What the member's call says.

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata(metadata);
  }

  onReceiveMessage(message: unknown): void {
    if (!this.#sawMessage) {
      this.#sawMessage = true;
      this.#answered(this.#host.now());
    }
    this.#listener?.onReceiveMessage(message);
  }

  onReceiveStatus(received: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#ended = true;
    const cut = received.code === grpc.status.UNAVAILABLE && received.details === this.#cutFor;
    const status = cut ? asLocalEnd(received) : received;
    const failure = failureOf(status, this.#sawHeaders);
    this.#complete(status, failure);
    if (failure === 'refused' && wentAway(this.#member!, this.#among!)) this.#attempt?.onWentAway?.();
    if (failure !== undefined) this.#attempt?.onFailed(failure);
    this.#host.ended();
    const listener = this.#listener;
    this.#letGo();
    listener?.onReceiveStatus(status);
  }

  #endOfDelay(): void {
    if (this.#waitingFor === undefined) return;
    this.#attempt?.onDelayed?.(this.#waitingFor);
    this.#waitingFor = undefined;
  }

  #launch(member: Member): void {
    let call: GrpcCall;
    try {
      call = member.createCall(this.args);
    } catch (error) {
      // Nothing was sent. Another member may take it only if it was this one's connection that failed.
      const details = `call could not be started: ${error instanceof Error ? error.message : String(error)}`;
      this.#release('neutral', this.#host.now());
      if (member.confirmReady()) return this.fail(grpc.status.INTERNAL, details, 'unsent', true);
      return this.fail(grpc.status.UNAVAILABLE, details, 'unsent');
    }
    if (this.#credentials) call.setCredentials(this.#credentials);
    this.#call = call;
    call.start(this.metadata, this);
    this.#queue?.flush(call);
    this.#queue = undefined;
  }

  /** Never from inside `start` or a cancel: a client does not expect its listener to be called there. */
  #tellEarly(): void {
    process.nextTick(() => this.#listener?.onReceiveStatus(this.#early!));
  }

  #complete(status: grpc.StatusObject, failure: FailureClass | undefined): void {
    const now = this.#host.now();
    const fromServer = isFromServer(status, this.#sawHeaders);
    const excused =
      this.#cancelled || (isOwnTimeout(status.code, fromServer) && this.#host.stalls.excuses(this.#assignedAt, now));
    const tooShort = this.#member?.tally.isTooShort(now - this.#assignedAt) === true;
    this.#release(excused ? 'neutral' : verdictOf({ status, failure, fromServer, tooShort }), now, status);
  }

  /** The latency is known. A stream may go on for hours, and nobody has to look for stalls meanwhile. */
  #answered(now: number): void {
    if (this.#completion === undefined) return;
    const { stalls } = this.#host;
    const distorted = stalls.distorts(this.#assignedAt, now);
    tellResponded(this.#completion, now, distorted, this.#host);
    if (!distorted) this.#member!.tally.answered(now - this.#assignedAt);
    stalls.leave(now);
  }

  #release(outcome: CallOutcome, now: number, status?: grpc.StatusObject): void {
    const { stalls } = this.#host;
    const completion = this.#completion;
    // What a policy learns at the end may bring another policy: this call is no more to be counted by its loads.
    this.#completion = undefined;
    if (completion) tellEnd(completion, now, outcome, stalls.distorts(this.#assignedAt, now), status, this.#host);
    if (!this.#sawMessage) stalls.leave(now);
    this.#member?.tally.ended(status?.code === grpc.status.OK);
    this.#among?.delete(this);
  }

  /** The HTTP/2 stream outlives the call by a while, and every collection until then copies what hangs on it. */
  #letGo(): void {
    this.#listener = undefined;
    if (this.#attempt) detachAttemptContext(this.metadata);
    this.#attempt = undefined;
  }

  #pending(): OutgoingQueue {
    return (this.#queue ??= new OutgoingQueue());
  }
}
