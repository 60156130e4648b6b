import { EventEmitter } from 'node:events';
import { attachAttemptContext, type AttemptContext, type Endpoint } from '@fairlead/core';
import type { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import type { CallListener, GrpcCall } from '../../src/grpc-types.js';
import { podId } from './pod-report.js';
import type { CallPlan } from './step.js';

/** A server call that a call hangs on. */
export class FakeParent extends EventEmitter {
  cancelled = false;
  readonly #deadline: number;

  constructor(deadline: number) {
    super();
    this.#deadline = deadline;
  }

  getDeadline(): number {
    return this.#deadline;
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.emit('cancelled', 'cancelled');
  }
}

/** What a call tells its history. */
export interface CallObserver {
  complain(what: string): void;
  /** It was given to a pod that it may not have wanted. */
  onPicked(call: HistoryCall, endpoint: Endpoint): void;
  onStatus(call: HistoryCall): void;
}

const { propagate } = grpc;
const FLAGS = { all: undefined, deadline: propagate.DEADLINE, cancellation: propagate.CANCELLATION } as const;

/** A call of a history: what was done to it, and everything that it was told, which must make sense. */
export class HistoryCall implements CallListener {
  readonly path: string;
  readonly plan: CallPlan;
  readonly parent: FakeParent | undefined;
  readonly tried: ReadonlySet<string>;
  started = false;
  status: grpc.StatusObject | undefined;
  picked: string | undefined;
  /** Messages that were written, and how many of those were acknowledged. */
  written = 0;
  acknowledged = 0;
  /** Until when it may wait, in monotonic ms. */
  expiresAt = Infinity;
  cancelled = false;
  /** In ms since the epoch. */
  readonly #deadline: number;
  readonly #call: GrpcCall;
  readonly #observer: CallObserver;
  #failures = 0;
  /** Cancelled before its start: it never was an attempt. */
  #stillborn = false;

  constructor(channel: grpc.ChannelInterface, n: number, plan: CallPlan, clock: VirtualClock, observer: CallObserver) {
    this.path = `/history/${n}`;
    this.plan = plan;
    this.#observer = observer;
    this.tried = new Set(plan.tried.map(podId));
    this.#deadline = plan.deadlineMs === undefined ? Infinity : clock.epochNow() + plan.deadlineMs;
    this.parent = plan.parent === 'none' ? undefined : new FakeParent(this.#deadline);
    const flags = plan.parent === 'none' ? undefined : FLAGS[plan.parent];
    this.#call = channel.createCall(this.path, this.#deadline, null, (this.parent ?? null) as never, flags);
    if (plan.credentials) this.#call.setCredentials(grpc.credentials.createEmpty());
  }

  /** Whether it was started and has not ended. */
  get open(): boolean {
    return this.started && this.status === undefined;
  }

  start(clock: VirtualClock): void {
    this.started = true;
    this.expiresAt = clock.now() + Math.max(0, this.#deadline - clock.epochNow());
    const metadata = new grpc.Metadata();
    metadata.setOptions({ waitForReady: this.plan.waitForReady });
    if (this.plan.attempt !== 'none') attachAttemptContext(metadata, this.#context());
    this.#call.start(metadata, this);
    this.#call.startRead();
  }

  write(): void {
    this.written += 1;
    this.#call.sendMessageWithContext({ callback: () => (this.acknowledged += 1) }, Buffer.from('x'));
  }

  read(): void {
    this.#call.startRead();
  }

  halfClose(): void {
    this.#call.halfClose();
  }

  cancel(): void {
    this.cancelled = true;
    this.#stillborn ||= !this.started;
    this.#call.cancelWithStatus(grpc.status.CANCELLED, 'Cancelled');
  }

  /** What can be asked of a call at any time must not throw. */
  look(): void {
    this.#call.getPeer();
    this.#call.getAuthContext();
    this.#call.getCallNumber();
  }

  onReceiveMetadata(): void {
    this.#mustBeOpen('metadata');
  }

  onReceiveMessage(): void {
    this.#mustBeOpen('a message');
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    this.#mustBeOpen('a status');
    const failed = status.code !== grpc.status.OK && !this.#stillborn;
    if (this.plan.attempt !== 'none' && this.#failures !== (failed ? 1 : 0)) {
      this.#complain(`ended with ${status.code}, and its attempt was told of ${this.#failures} failures`);
    }
    this.status = status;
    this.#observer.onStatus(this);
  }

  #context(): AttemptContext {
    return {
      tried: this.tried,
      optional: this.plan.attempt === 'hedge',
      onPicked: (endpoint) => {
        if (this.picked !== undefined) this.#complain('was picked for twice');
        this.#mustBeOpen('a pick');
        this.picked = endpoint.id;
        this.#observer.onPicked(this, endpoint);
      },
      onFailed: () => {
        this.#failures += 1;
        this.#mustBeOpen('a failure');
      },
    };
  }

  #mustBeOpen(what: string): void {
    if (!this.open) this.#complain(`was told ${what} ${this.started ? 'after its end' : 'before its start'}`);
  }

  #complain(what: string): void {
    this.#observer.complain(`${this.path} ${what}`);
  }
}
