import { classifyFailure, type AttemptContext, type Endpoint, type FailureClass } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { CallListener, InterceptingCallInterface } from '../grpc-types.js';
import type { AttemptRecord } from '../attempts/attempt-record.js';

/** What an attempt tells its call. */
export interface AttemptObserver {
  onHeaders(attempt: Attempt, metadata: grpc.Metadata): void;
  onMessage(attempt: Attempt, message: unknown): void;
  onStatus(attempt: Attempt, status: grpc.StatusObject): void;
}

/** One wire call: the listener of its call, the context that the pool finds in its metadata, and its own record. */
export class Attempt implements CallListener, AttemptContext {
  readonly tried: ReadonlySet<string>;
  readonly startedAt: number;
  call: InterceptingCallInterface | undefined;
  /** The pod that it was given to. */
  endpoint: Endpoint | undefined;
  othersUntried = false;
  #reported: FailureClass | undefined;
  #sawHeaders = false;
  readonly #observer: AttemptObserver;

  constructor(observer: AttemptObserver, tried: ReadonlySet<string>, startedAt: number) {
    this.#observer = observer;
    this.tried = tried;
    this.startedAt = startedAt;
  }

  onPicked(endpoint: Endpoint, othersUntried: boolean): void {
    this.endpoint = endpoint;
    this.othersUntried = othersUntried;
  }

  onFailed(failure: FailureClass): void {
    this.#reported = failure;
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#sawHeaders = true;
    this.#observer.onHeaders(this, metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#observer.onMessage(this, message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    this.#observer.onStatus(this, status);
  }

  /** What the pool says of the failure, or what the status tells where the channel is not a pool. */
  failureOf({ code, details, metadata }: grpc.StatusObject): FailureClass {
    if (this.#reported !== undefined) return this.#reported;
    const fromServer = this.#sawHeaders || Object.keys(metadata.getMap()).length > 0;
    return classifyFailure({ code, details, fromServer });
  }

  /**
   * Whether it was given to a pod. A channel that is not a pool does not tell; there, an unsent call is one that found no
   * connection.
   */
  wasPicked(failure: FailureClass): boolean {
    return this.endpoint !== undefined || (this.#reported === undefined && failure !== 'unsent');
  }

  record(status: grpc.StatusObject, epochOffset: number, now: number, next: AttemptRecord['next']): AttemptRecord {
    return {
      endpoint: this.endpoint,
      startedAtMs: this.startedAt + epochOffset,
      durationMs: now - this.startedAt,
      code: status.code,
      details: status.details,
      failure: status.code === 0 ? undefined : this.failureOf(status),
      next,
    };
  }
}
