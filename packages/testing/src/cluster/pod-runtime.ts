import { openSync, writeSync } from 'node:fs';
import { POD_ENV, type LatencyCommand, type PodReport, type ShutdownMode } from './pod-protocol.js';

/** A pod script's side of the cluster. Made by {@link podRuntime}. */
export interface PodRuntime {
  readonly name: string;
  /** `ip:port` to listen on. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** What to do on SIGTERM. */
  readonly mode: ShutdownMode;
  /** Artificial latency of a call in ms, as set last by the cluster. */
  readonly latencyMs: number;
  /** Resolves after {@link latencyMs}; await it in a handler. Without latency it resolves in the same turn. */
  latency(): Promise<void>;
  /**
   * Writes to the ledger that this request is being executed. Call it when the handler begins, at the latest before it
   * answers. The write is synchronous, some microseconds, and survives a SIGKILL right after it.
   * @throws Error when the id is empty or has a line break in it.
   */
  executed(id: string): void;
  /** Passes the readiness probe: call it once the server listens. */
  ready(): void;
  /** Fails the readiness probe. */
  notReady(): void;
}

let runtime: PodRuntime | undefined;

/**
 * The runtime of this pod; the same object each time. Makes the process exit when its cluster is gone, and does not
 * keep it alive otherwise: a script whose server is closed ends by itself.
 *
 * @throws Error when the process was not started by a `LocalCluster`.
 *
 * @example
 * ```ts
 * const pod = podRuntime();
 * server.addService(echo, {
 *   async echo(call, callback) {
 *     pod.executed(call.request.id);
 *     await pod.latency();
 *     callback(null, call.request);
 *   },
 * });
 * server.bindAsync(pod.address, grpc.ServerCredentials.createInsecure(), () => pod.ready());
 * ```
 */
export function podRuntime(): PodRuntime {
  runtime ??= startRuntime();
  return runtime;
}

function startRuntime(): PodRuntime {
  const address = required(POD_ENV.address);
  const colon = address.lastIndexOf(':');
  const ledger = openSync(required(POD_ENV.ledger), 'a');
  let latencyMs = Number(required(POD_ENV.latencyMs));
  process.on('message', (message) => {
    if (isLatencyCommand(message)) latencyMs = message.ms;
  });
  process.on('disconnect', () => process.exit());
  process.channel?.unref();
  return {
    name: required(POD_ENV.name),
    address,
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    version: required(POD_ENV.version),
    mode: required(POD_ENV.mode) as ShutdownMode,
    get latencyMs() {
      return latencyMs;
    },
    latency: () => sleep(latencyMs),
    executed: (id) => void writeSync(ledger, ledgerLine(id)),
    ready: () => report({ type: 'ready' }),
    notReady: () => report({ type: 'not-ready' }),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: podRuntime() works in pods of a LocalCluster only`);
  return value;
}

function ledgerLine(id: string): string {
  if (id === '' || id.includes('\n')) throw new Error(`request id ${JSON.stringify(id)}: expected one line of text`);
  return `${id}\n`;
}

function report(message: PodReport): void {
  // A pod that drains after its cluster has gone has nobody to tell; `disconnect` ends it.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function sleep(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}

function isLatencyCommand(message: unknown): message is LatencyCommand {
  return typeof message === 'object' && message !== null && (message as LatencyCommand).type === 'latency';
}
