import type { PoolEmitter } from './events.js';

/** Tells the listeners of a pool of a stall of our own event loop that is over. */
export function stallNews(events: PoolEmitter): (durationMs: number) => void {
  return (durationMs) => {
    if (events.listens('stall')) events.tell('stall', { durationMs });
  };
}
