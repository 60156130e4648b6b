import * as grpc from '@grpc/grpc-js';
import {
  attemptContextOf,
  callOutcome,
  classifyFailure,
  detachAttemptContext,
  type AttemptContext,
  type Completion,
  type FailureClass,
  type PickRequest,
} from '@fairlead/core';
import type { CallArguments, CallListener, GrpcCall, MessageContext } from '../grpc-types.js';
import type { ActiveCalls, DrainableCall } from '../member/active-calls.js';
import type { Member } from '../member/member.js';
import { isFromServer, localStatus } from './call-status.js';
import { OutgoingQueue } from './outgoing-queue.js';

/** What a call needs from its pool. */
export interface CallHost {
  now(): number;
  /** Finds a member for the call, now or later: answers through `assign` or `fail` of the call. */
  place(call: PoolCall): void;
  /** The call does not wait any more. */
  forget(call: PoolCall): void;
  /** Whether there is a pickable member beside `member` that is not in `tried`. */
  othersUntried(member: Member, tried: ReadonlySet<string>): boolean;
}

/**
 * A call on the pool: lazy until `start`, when it knows its metadata; then waiting until a member is picked; then
 * nothing but a forwarder to the member's own call that counts.
 *
 * It is its own listener on that call, so a call costs one object and one completion here.
 */
export class PoolCall implements GrpcCall, PickRequest, DrainableCall {
  readonly #args: CallArguments;
  readonly #host: CallHost;
  #metadata: grpc.Metadata | undefined;
  #listener: CallListener | undefined;
  #attempt: AttemptContext | undefined;
  #credentials: grpc.CallCredentials | undefined;
  #queue: OutgoingQueue | undefined;
  #call: GrpcCall | undefined;
  #member: Member | undefined;
  #completion: Completion | undefined;
  #among: ActiveCalls | undefined;
  #sawHeaders = false;
  #sawMessage = false;
  #cancelled = false;
  #ended = false;
  /** The end of a call that never got to a member, until its listener is known. */
  #early: grpc.StatusObject | undefined;

  constructor(args: CallArguments, host: CallHost) {
    this.#args = args;
    this.#host = host;
  }

  // What the picker and the pool read.

  get path(): string {
    return this.#args.path;
  }

  get metadata(): grpc.Metadata {
    return (this.#metadata ??= new grpc.Metadata());
  }

  get attempt(): AttemptContext | undefined {
    return this.#attempt;
  }

  get args(): CallArguments {
    return this.#args;
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
    else this.#host.place(this);
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

  /** The picker chose `member`: its load is reserved before anything else can happen, and the call goes out. */
  assign(member: Member, now: number): void {
    this.#member = member;
    this.#completion = member.load.begin(now);
    member.picked(now);
    this.#among = member.calls.current;
    this.#among.add(this);
    const attempt = this.#attempt;
    attempt?.onPicked(member.endpoint, this.#host.othersUntried(member, attempt.tried));
    this.#launch(member);
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
    if (this.#listener) this.#tellEarly();
  }

  /** The member is taken away under the call. */
  cut(reason: string): void {
    this.#call?.cancelWithStatus(grpc.status.UNAVAILABLE, reason);
  }

  // What the member's call says.

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata(metadata);
  }

  onReceiveMessage(message: unknown): void {
    if (!this.#sawMessage) {
      this.#sawMessage = true;
      this.#completion?.responded(this.#host.now());
    }
    this.#listener?.onReceiveMessage(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    if (this.#ended) return;
    this.#ended = true;
    const failure = status.code === grpc.status.OK ? undefined : this.#classify(status);
    this.#complete(this.#cancelled ? grpc.status.CANCELLED : status.code, failure);
    if (failure !== undefined) this.#attempt?.onFailed(failure);
    const listener = this.#listener;
    this.#letGo();
    listener?.onReceiveStatus(status);
  }

  #launch(member: Member): void {
    let call: GrpcCall;
    try {
      call = member.createCall(this.#args);
    } catch (error) {
      // Nothing was sent. Another member may take it only if it was this one's connection that failed.
      const details = `call could not be started: ${error instanceof Error ? error.message : String(error)}`;
      this.#complete(grpc.status.UNAVAILABLE, 'unsent');
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

  #classify(status: grpc.StatusObject): FailureClass {
    const { code, details } = status;
    return classifyFailure({ code, details, fromServer: isFromServer(status, this.#sawHeaders) });
  }

  #complete(code: grpc.status, failure: FailureClass | undefined): void {
    this.#completion?.end(this.#host.now(), callOutcome(code, failure));
    this.#member?.callEnded(code === grpc.status.OK);
    this.#completion = undefined;
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
