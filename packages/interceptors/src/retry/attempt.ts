import {
  attachAttemptContext,
  classifyFailure,
  isLocalEnd,
  type AttemptContext,
  type AttemptKind,
  type Clock,
  type Endpoint,
  type FailureClass,
} from '@fairlead/core';
import { status as Code, type Metadata, type StatusObject } from '@grpc/grpc-js';
import type { AttemptRecord } from '../attempts/attempt-record.js';
import type { CallListener, InterceptingCallInterface } from '../grpc-types.js';
import { Playback } from './playback.js';
import type { Transcript } from './transcript.js';

/** Tells the server, and with the answer the client, how many attempts there were before (gRFC A6, exposed retry metadata). */
export const PREVIOUS_ATTEMPTS = 'grpc-previous-rpc-attempts';

/** What an attempt tells its call. */
export interface AttemptObserver {
  onHeaders(attempt: Attempt, metadata: Metadata): void;
  onMessage(attempt: Attempt, message: unknown): void;
  onStatus(attempt: Attempt, status: StatusObject): void;
}

/** One wire call: the listener of its call, the context that the pool finds in its metadata, and its own record. */
export class Attempt implements CallListener, AttemptContext {
  readonly call: InterceptingCallInterface;
  readonly playback: Playback;
  readonly tried: ReadonlySet<string>;
  readonly kind: AttemptKind;
  readonly optional: boolean;
  /** The pod that it was given to. */
  endpoint: Endpoint | undefined;
  othersUntried = false;
  /** It was refused because its connection ended. */
  wentAway = false;
  /** The balancing policy wants the call to fail. */
  dropped = false;
  /** Told how it ended, and what follows, when its call knows; not of an attempt that did not take place. */
  onRecord: ((record: AttemptRecord) => void) | undefined;
  #reported: FailureClass | undefined;
  #sawHeaders = false;
  #previousAttempts: string | undefined;
  readonly #observer: AttemptObserver;
  readonly #startedAt: number;

  constructor(
    observer: AttemptObserver,
    call: InterceptingCallInterface,
    transcript: Transcript,
    tried: ReadonlySet<string>,
    now: number,
    kind: AttemptKind,
    optional = false,
  ) {
    this.#observer = observer;
    this.call = call;
    this.playback = new Playback(transcript, call);
    this.tried = tried;
    this.kind = kind;
    this.optional = optional;
    this.#startedAt = now;
  }

  /** @param metadata belongs to this attempt. */
  start(metadata: Metadata): void {
    if (this.kind !== 'first') this.#previousAttempts = metadata.get(PREVIOUS_ATTEMPTS)[0]?.toString();
    attachAttemptContext(metadata, this);
    this.call.start(metadata, this);
    this.playback.begin();
  }

  onPicked(endpoint: Endpoint, othersUntried: boolean): void {
    this.endpoint = endpoint;
    this.othersUntried = othersUntried;
  }

  onWentAway(): void {
    this.wentAway = true;
  }

  onFailed(failure: FailureClass, dropped = false): void {
    this.#reported = failure;
    this.dropped = dropped;
  }

  onReceiveMetadata(metadata: Metadata): void {
    this.#sawHeaders = true;
    if (this.#previousAttempts !== undefined) metadata.set(PREVIOUS_ATTEMPTS, this.#previousAttempts);
    this.#observer.onHeaders(this, metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#observer.onMessage(this, message);
  }

  onReceiveStatus(status: StatusObject): void {
    this.playback.stop();
    this.#observer.onStatus(this, status);
  }

  /** What the pool says of the failure, or what the status tells where the channel is not a pool. */
  failureOf({ code, details, metadata }: StatusObject): FailureClass {
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

  record(status: StatusObject, clock: Clock, next: AttemptRecord['next']): AttemptRecord {
    const durationMs = clock.now() - this.#startedAt;
    const record = {
      endpoint: this.endpoint,
      startedAtMs: clock.epochNow() - durationMs,
      durationMs,
      code: status.code,
      details: status.details,
      failure: status.code === Code.OK ? undefined : this.failureOf(status),
      ...(isLocalEnd(status) && { endedHere: true as const }),
      next,
    };
    this.onRecord?.(record);
    return record;
  }
}
