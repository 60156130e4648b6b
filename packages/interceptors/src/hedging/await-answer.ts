import { MAX_EXTENSIONS } from '@fairlead/core';
import type { InterceptorOptions } from '../grpc-types.js';
import type { WaitEnd } from '../retry/retry-waits.js';
import type { MethodHedging } from './method-hedging.js';

/**
 * Waits for an answer as long as `hedgingDelay` says, before a hedge follows. Time in which our own event loop was stalled
 * does not count, and what arrived in a stall is read first: when the loop comes round, timers often run before the sockets
 * are read, and a hedge of every call that was under way would follow.
 *
 * @param done called once, unless the wait is stopped.
 * @returns the function that stops the wait.
 */
export function awaitAnswer(
  delayMs: number,
  options: InterceptorOptions,
  { clock, stalls, waits }: MethodHedging,
  done: (end: WaitEnd) => void,
): () => void {
  const from = clock.now();
  let extensions = 0;
  let stop: () => void;
  const wait = (ms: number): void => {
    stop = waits.begin(ms, options, (end) => {
      const missingMs = end === 'elapsed' ? stalls.missingMs(delayMs, from, clock.now()) : 0;
      if (missingMs === 0 || extensions === MAX_EXTENSIONS) return done(end);
      extensions += 1;
      wait(missingMs);
    });
  };
  wait(delayMs);
  return () => stop();
}
