import { AsyncResource } from 'node:async_hooks';
import * as grpc from '@grpc/grpc-js';
import type { Clock, Timer } from '@fairlead/core';
import type { PoolCall } from './call/pool-call.js';
import type { ParentCall } from './grpc-types.js';

const A_LONG_TIME_MS = 2 ** 31 - 1;

/** Bit of `propagateFlags` that hands the parent's deadline on (`grpc.propagate.DEADLINE`). */
const PROPAGATE_DEADLINE = grpc.propagate.DEADLINE;
const PROPAGATE_CANCELLATION = grpc.propagate.CANCELLATION;
/** As grpc-js says it. */
const CANCELLED_BY_PARENT = 'Cancelled by parent call';

interface Waiting {
  readonly deadline: Timer | undefined;
  readonly unlink: () => void;
  /** Where the call was started: its callbacks belong there, and not to whatever brought the new picker. */
  readonly context: AsyncResource;
}

/**
 * Calls that no member could be picked for yet. They wait for the next generation of the picker, bounded by their
 * deadline (and the parent call's, when it is propagated), and end at once when the parent call is cancelled.
 *
 * While a call waits, and only then, a timer keeps the process alive.
 */
export class WaitingCalls {
  readonly #calls = new Map<PoolCall, Waiting>();
  readonly #clock: Clock;
  readonly #explain: () => string;
  #alive: Timer | undefined;

  /** @param explain what the pool is waiting for, for the text of DEADLINE_EXCEEDED. */
  constructor(clock: Clock, explain: () => string) {
    this.#clock = clock;
    this.#explain = explain;
  }

  get size(): number {
    return this.#calls.size;
  }

  add(call: PoolCall): void {
    if (this.#calls.has(call)) return;
    if (cancellingParent(call)?.cancelled) return call.fail(grpc.status.CANCELLED, CANCELLED_BY_PARENT, 'unsent');
    const context = new AsyncResource('fairlead.WaitingCall');
    this.#calls.set(call, { deadline: this.#startDeadline(call), unlink: linkToParent(call), context });
    this.#alive ??= this.#clock.schedule(A_LONG_TIME_MS, () => undefined, true);
  }

  delete(call: PoolCall): void {
    const waiting = this.#calls.get(call);
    if (waiting === undefined) return;
    this.#calls.delete(call);
    waiting.deadline?.cancel();
    waiting.unlink();
    if (this.#calls.size > 0) return;
    this.#alive?.cancel();
    this.#alive = undefined;
  }

  /** Each call that waits at this moment, once; the callback may add and delete. */
  forEach(callback: (call: PoolCall) => void): void {
    if (this.#calls.size === 0) return;
    for (const [call, { context }] of [...this.#calls]) {
      if (this.#calls.has(call)) context.runInAsyncScope(callback, undefined, call);
    }
  }

  #startDeadline(call: PoolCall): Timer | undefined {
    const at = deadlineOf(call);
    if (at === Infinity) return undefined;
    const start = this.#clock.now();
    return this.#clock.schedule(Math.max(0, at - this.#clock.epochNow()), () => {
      const waited = Math.round(this.#clock.now() - start);
      const details = `Deadline exceeded after ${waited} ms, waiting for a pod: ${this.#explain()}`;
      call.fail(grpc.status.DEADLINE_EXCEEDED, details, 'unsent');
    });
  }
}

/** The earlier of the call's own deadline and the propagated one, in ms since the epoch. */
function deadlineOf(call: PoolCall): number {
  const { deadline, parent, propagateFlags } = call.args;
  const own = Number(deadline);
  if (!parent || ((propagateFlags ?? grpc.propagate.DEFAULTS) & PROPAGATE_DEADLINE) === 0) return own;
  return Math.min(own, Number(parent.getDeadline()));
}

/** The parent call, when its end is the end of this one. */
function cancellingParent({ args }: PoolCall): ParentCall | undefined {
  const { parent, propagateFlags } = args;
  if (!parent || ((propagateFlags ?? grpc.propagate.DEFAULTS) & PROPAGATE_CANCELLATION) === 0) return undefined;
  return parent;
}

function linkToParent(call: PoolCall): () => void {
  const parent = cancellingParent(call);
  if (!parent) return () => undefined;
  const onCancelled = (): void => call.fail(grpc.status.CANCELLED, CANCELLED_BY_PARENT, 'unsent');
  parent.on('cancelled', onCancelled);
  return () => parent.removeListener('cancelled', onCancelled);
}
