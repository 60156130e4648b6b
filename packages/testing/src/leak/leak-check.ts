import type { EventEmitter } from 'node:events';
import { LeakError, type Leak } from './leak.js';
import { ListenerTracker } from './listener-tracker.js';
import { ResourceTracker } from './resource-tracker.js';

// Taken once, at import, so that fake timers do not stop the check.
const realSetTimeout = globalThis.setTimeout;

const POLL_MS = 5;

/** What a leak check looks at, and for how long. */
export interface LeakCheckOptions {
  /**
   * How long after the call of `assertNothingLeft` things may take to end, in ms. Default 2000. It looks every 5 ms and is
   * done when all is clean, so that a longer time costs clean tests nothing.
   */
  readonly settleMs?: number;
  /** Emitters whose listeners are counted, beside `process`, by the names to show in the report. Default none. */
  readonly emitters?: Readonly<Record<string, EventEmitter>>;
}

/** A running leak check. Made by {@link leakCheck}. */
export interface LeakCheck {
  /** What is there now that was not at the start, without waiting. */
  leaks(): readonly Leak[];
  /**
   * Waits until nothing is left, then ends the check.
   * @throws LeakError with all that is still there when the time is up, with the stacks of its creation.
   */
  assertNothingLeft(): Promise<void>;
  /** Ends the check without looking. */
  stop(): void;
}

/**
 * From now on keeps book of sockets, servers, timers (unref'd ones too, which `process.getActiveResourcesInfo()` does
 * not tell), DNS queries, child processes, workers, file watchers and listeners of `process`, until it is asked what is
 * left of them.
 *
 * Limits:
 * - What existed before the call is not seen, nor is what happens in worker threads and child processes.
 * - The whole process is watched: tests that run at the same time in one process (`test.concurrent`) see each other's.
 * - TLS and HTTP/2 sessions are seen by their sockets. Open files, promises and memory are not seen at all.
 * - Faked timers do not exist for Node.js, nor for the check.
 * - Left out is what belongs to the process or the test runner: standard streams, timeouts of tests (jest, mocha, vitest,
 *   node:test), and the second for which Node.js keeps a `date` header.
 * - grpc-js shares connections between the channels of a process and keeps one, and a timer, for up to 10 s if it was
 *   still in use when its last channel was closed: they are reported. `grpc.use_local_subchannel_pool` keeps tests apart.
 * - Node.js's bookkeeping of asynchronous resources slows promises down while a check runs: no speed should be measured.
 *
 * @example
 * ```ts
 * let check: LeakCheck;
 * beforeEach(() => {
 *   check = leakCheck();
 * });
 * afterEach(() => check.assertNothingLeft());
 * ```
 */
export function leakCheck(options: LeakCheckOptions = {}): LeakCheck {
  const { settleMs = 2_000, emitters = {} } = options;
  const resources = new ResourceTracker();
  const listeners = Object.entries({ process, ...emitters }).map(
    ([name, emitter]) => new ListenerTracker(emitter, name),
  );
  const leaks = (): readonly Leak[] => [resources, ...listeners].flatMap((tracker) => tracker.leaks());
  const stop = (): void => [resources, ...listeners].forEach((tracker) => tracker.stop());
  const pause = (): Promise<void> =>
    new Promise((resolve) => void resources.untracked(() => realSetTimeout(resolve, POLL_MS)));

  const assertNothingLeft = async (): Promise<void> => {
    try {
      const end = performance.now() + settleMs;
      let left = leaks();
      for (; left.length > 0 && performance.now() < end; left = leaks()) await pause();
      if (left.length > 0) throw new LeakError(left);
    } finally {
      stop();
    }
  };
  return { leaks, assertNothingLeft, stop };
}
