import { AsyncResource } from 'node:async_hooks';

const nobody = new AsyncResource('fairlead.outside');

/**
 * Runs `act` in the asynchronous context of nobody. What a pool does for all of its calls, and goes on to do (resolving,
 * connecting, timers), must not belong to the call that happened to begin it: it would keep whatever that call's context
 * holds, and end with it.
 *
 * `AsyncLocalStorage.exit` would not do: it switches the store on again behind itself (Node 20 and 22).
 */
export function outside<T>(act: () => T): T {
  return nobody.runInAsyncScope(act);
}
