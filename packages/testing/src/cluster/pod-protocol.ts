/**
 * What a pod script and its cluster say to each other. `podRuntime()` speaks it; a script in any other style can, too.
 *
 * The environment of a pod:
 * - `FAIRLEAD_POD_NAME`: its name.
 * - `FAIRLEAD_POD_ADDRESS`: `ip:port` to listen on, in plain text HTTP/2.
 * - `FAIRLEAD_POD_VERSION`: the version of the deployment.
 * - `FAIRLEAD_POD_MODE`: how it is expected to behave on SIGTERM, see `ShutdownMode`.
 * - `FAIRLEAD_POD_LATENCY_MS`: the artificial latency of each call to begin with.
 * - `FAIRLEAD_POD_LEDGER`: a file to which it appends the id of each request that it executes, and a newline, with one
 *   synchronous write before it answers. What was written is safe from SIGKILL: the kernel has it.
 *
 * It sends `{ type: 'ready' }` when it listens (`{ type: 'not-ready' }` when it does not want new calls), receives
 * `{ type: 'latency', ms }`, and must exit on `disconnect`, which means that its cluster is gone.
 */
export const POD_ENV = {
  name: 'FAIRLEAD_POD_NAME',
  address: 'FAIRLEAD_POD_ADDRESS',
  version: 'FAIRLEAD_POD_VERSION',
  mode: 'FAIRLEAD_POD_MODE',
  latencyMs: 'FAIRLEAD_POD_LATENCY_MS',
  ledger: 'FAIRLEAD_POD_LEDGER',
} as const;

/** From the pod to its cluster. */
export type PodReport = { readonly type: 'ready' } | { readonly type: 'not-ready' };

/** From the cluster to a pod. */
export interface LatencyCommand {
  readonly type: 'latency';
  readonly ms: number;
}

/**
 * How a pod is shut down, and what is expected of its script (which is told the mode):
 * - `graceful`: SIGTERM; the script says NOT_SERVING, goes on serving for some seconds, drains, exits.
 * - `prestop`: nothing for `preStopMs`, like a preStop hook that sleeps, then SIGTERM; the script drains at once.
 * - `rude`: SIGTERM; the script exits at once.
 * - `kill`: SIGKILL. The script has no say.
 * - `freeze`: SIGSTOP: connections stay open and nobody answers; SIGKILL at the end of the grace time.
 */
export type ShutdownMode = 'graceful' | 'prestop' | 'rude' | 'kill' | 'freeze';

/** All modes. */
export const SHUTDOWN_MODES: readonly ShutdownMode[] = ['graceful', 'prestop', 'rude', 'kill', 'freeze'];
