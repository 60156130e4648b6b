import { AsyncResource } from 'node:async_hooks';

const nobody = new AsyncResource('fairlead.outside');

/**
 * Runs `act` in the asynchronous context of nobody: what goes on for all calls must not keep what the context of the call
 * holds that happened to begin it.
 */
export function outside(act: () => void): void {
  nobody.runInAsyncScope(act);
}
