/** A callback that waits in a {@link TimerQueue}. */
export interface QueuedTimer {
  readonly dueAt: number;
  /** Order of scheduling: of two timers that are due at the same time, the older one runs first. */
  readonly order: number;
  readonly callback: () => void;
  readonly keepAlive: boolean;
  cancelled: boolean;
}

/**
 * A binary heap of timers, the next one to run on top. Simulations keep tens of thousands of deadlines waiting, most of
 * which are cancelled: a cancelled timer stays in the heap until it comes to the top, which costs less than finding it.
 */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];

  push(timer: QueuedTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!runsBefore(timer, heap[parent] as QueuedTimer)) break;
      heap[index] = heap[parent] as QueuedTimer;
      index = parent;
    }
    heap[index] = timer;
  }

  /** The next timer that was not cancelled, left where it is. */
  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#removeTop();
    return this.#heap[0];
  }

  /** Takes the next timer out when it is due at `time` or before. */
  takeDue(time: number): QueuedTimer | undefined {
    const next = this.peek();
    if (next === undefined || next.dueAt > time) return undefined;
    this.#removeTop();
    return next;
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && runsBefore(heap[child + 1] as QueuedTimer, heap[child] as QueuedTimer)) child++;
      if (!runsBefore(heap[child] as QueuedTimer, last)) break;
      heap[index] = heap[child] as QueuedTimer;
      index = child;
    }
    heap[index] = last;
  }
}

function runsBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}
