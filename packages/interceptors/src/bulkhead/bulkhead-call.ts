import { AsyncResource } from 'node:async_hooks';
import * as grpc from '@grpc/grpc-js';
import { EndedCall } from '../call/ended-call.js';
import { LateCall } from '../call/late-call.js';
import { ownStatus } from '../call/own-status.js';
import { isFromServer } from '../circuit-breaker/outcome-of.js';
import type {
  CallListener,
  InterceptingCallInterface,
  InterceptorOptions,
  NextCall,
  PartialListener,
} from '../grpc-types.js';
import type { MethodBulkhead } from './method-bulkhead.js';
import { endedWait, lateStatus, messageOf, refusedCall, unmadeCall } from './refusals.js';

interface Waiting {
  readonly metadata: grpc.Metadata;
  readonly listener: PartialListener | undefined;
  /** Where the call was started: what follows belongs there, and not to the call that gives its slot away. */
  readonly context: AsyncResource;
  readonly since: number;
  readonly leaveQueue: () => void;
  readonly stopTimer: () => void;
}

/** A call that takes a slot when it is started, or waits for one, and gives it back once: at its status. */
export class BulkheadCall extends LateCall implements CallListener {
  readonly #options: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #method: MethodBulkhead;
  #listener: PartialListener | undefined;
  #waiting: Waiting | undefined;
  #hasSlot = false;
  #sawHeaders = false;
  /** How long it has waited for its slot, in ms. */
  #waitedMs = 0;

  constructor(options: InterceptorOptions, nextCall: NextCall, method: MethodBulkhead) {
    super();
    this.#options = options;
    this.#nextCall = nextCall;
    this.#method = method;
  }

  protected begin(metadata: grpc.Metadata, listener: PartialListener | undefined): void {
    const method = this.#method;
    if (method.bulkhead.take()) return this.#enter(metadata, listener);
    if (method.waits.closed) return this.become(endedWait('channel-closed', method), metadata, listener);
    if (!this.#wait(metadata, listener)) this.become(refusedCall(method), metadata, listener);
  }

  override cancelWithStatus(code: grpc.status, details: string): void {
    if (this.#waiting) this.#giveUp(new EndedCall(ownStatus(code, details)));
    else super.cancelWithStatus(code, details);
  }

  onReceiveMetadata(metadata: grpc.Metadata): void {
    this.#sawHeaders = true;
    this.#listener?.onReceiveMetadata?.(metadata);
  }

  onReceiveMessage(message: unknown): void {
    this.#listener?.onReceiveMessage?.(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#release();
    listener?.onReceiveStatus?.(this.#isLate(status) ? lateStatus(status, this.#waitedMs, this.#method) : status);
  }

  /** The deadline came here, and the wait is a part of the reason. */
  #isLate(status: grpc.StatusObject): boolean {
    if (this.#waitedMs === 0 || status.code !== grpc.status.DEADLINE_EXCEEDED) return false;
    return !isFromServer(status, this.#sawHeaders);
  }

  /** There is a slot: whoever has started the call is told what is thrown. */
  #enter(metadata: grpc.Metadata, listener: PartialListener | undefined): void {
    this.#hasSlot = true;
    this.#listener = listener;
    try {
      this.become(this.#nextCall(this.#options), metadata, this);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** @returns false when the queue is full. */
  #wait(metadata: grpc.Metadata, listener: PartialListener | undefined): boolean {
    const { bulkhead, clock, priority, waits } = this.#method;
    const leaveQueue = bulkhead.wait(priority, () => this.#resume((waiting) => this.#enterLate(waiting)));
    if (leaveQueue === undefined) return false;
    const stopTimer = waits.begin(Infinity, this.#options, (end) => this.#giveUp(endedWait(end, this.#method)));
    const context = new AsyncResource('fairlead.BulkheadCall');
    this.#waiting = { metadata, listener, context, since: clock.now(), leaveQueue, stopTimer };
    return true;
  }

  #giveUp(ended: EndedCall): void {
    this.#waiting?.leaveQueue();
    this.#resume(({ metadata, listener }) => this.become(ended, metadata, listener));
  }

  #resume(go: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    waiting.stopTimer();
    waiting.context.runInAsyncScope(go, undefined, waiting);
  }

  /** There is a slot at last. Whoever has started the call is not there any more to catch what is thrown: it is the status. */
  #enterLate({ metadata, listener, since }: Waiting): void {
    this.#hasSlot = true;
    this.#waitedMs = this.#method.clock.now() - since;
    this.#listener = listener;
    let call: InterceptingCallInterface;
    try {
      call = this.#nextCall(this.#options);
    } catch (error) {
      return this.#endWith(unmadeCall(error, this.#method), metadata);
    }
    try {
      this.become(call, metadata, this);
    } catch (error) {
      const status = ownStatus(grpc.status.INTERNAL, `The call could not be started: ${messageOf(error)}`);
      this.#endWith(new EndedCall(status), metadata);
      abandon(call, status);
    }
  }

  /** Whatever the call may still say, this is its end; unless it had one. */
  #endWith(ended: EndedCall, metadata: grpc.Metadata): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#release();
    this.become(ended, metadata, listener);
  }

  #release(): void {
    if (!this.#hasSlot) return;
    this.#hasSlot = false;
    this.#method.bulkhead.release();
  }
}

/** It may have been started in part. */
function abandon(call: InterceptingCallInterface, { code, details }: grpc.StatusObject): void {
  try {
    call.cancelWithStatus(code, details);
  } catch {
    // What cannot even be cancelled was not started.
  }
}
