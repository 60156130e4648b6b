import { bool, custom, durationMs, InvalidOptionError, resolveOptions, systemClock } from '@fairlead/core';
import type { Clock } from '@fairlead/core';
import { SERVING_STATUSES, isServingStatus, type ServingStatus } from './serving-status.js';
import { SHUTDOWN_SIGNALS, type ShutdownSignal } from './signal-listeners.js';

/**
 * Options of `gracefulShutdown`.
 *
 * Kubernetes kills a pod `terminationGracePeriodSeconds` (default 30) after it began to end it, `preStop` hooks included. Keep
 *
 *     preStop sleep + propagationDelayMs + drainTimeoutMs + about 5 s ≤ terminationGracePeriodSeconds
 *
 * The defaults, 0 + 5 + 20 + 5, fit the default of 30.
 */
export interface GracefulShutdownOptions<S extends string = never> {
  /**
   * The services that clients may ask about, as full names (`helloworld.Greeter`), with their first status. Default: none but
   * `''`, the server as a whole, which is always there and begins as `SERVING` unless it is listed.
   */
  readonly services?: Readonly<Partial<Record<S | '', ServingStatus>>>;

  /**
   * Signals that begin the shutdown; a second one, of whichever kind, forces the end at once. Default `['SIGTERM']`, which is
   * what Kubernetes sends; add `'SIGINT'` for Ctrl-C. `[]` leaves signals to the application.
   */
  readonly signals?: readonly ShutdownSignal[];

  /**
   * How long the server goes on accepting connections and calls after it has told everybody that it is going away, in
   * milliseconds. Default 5000; 0 to 600 000. It must cover the time until the last client has heard: endpoint propagation
   * through kube-proxy and DNS (refresh interval + TTL), or nothing but a round trip when all clients watch the health.
   * With a `preStop` sleep that already waits for this, use 0.
   */
  readonly propagationDelayMs?: number;

  /**
   * How long running calls may take to finish after that, in milliseconds. Default 20 000; 0 to 3 600 000. Whatever still runs
   * then is cut, and its client sees UNAVAILABLE or CANCELLED: choose it longer than the longest deadline of a unary call.
   */
  readonly drainTimeoutMs?: number;

  /**
   * Calls `process.exit()` after the end: with 0 when every call finished, else with 1. Default false: the process ends by itself
   * once nothing keeps it alive, so that the application can close what it still has open (wait for `ended`). Set it when
   * something that you do not control, a pool or a timer of a library, would keep the process running.
   */
  readonly exitProcess?: boolean;

  /** The time that the two durations are measured in. Default: the system clock. For tests. */
  readonly clock?: Clock;
}

const rules = {
  services: custom(checkServices),
  signals: custom(checkSignals),
  propagationDelayMs: durationMs({ default: 5_000, max: 600_000 }),
  drainTimeoutMs: durationMs({ default: 20_000, max: 3_600_000 }),
  exitProcess: bool({ default: false }),
  clock: custom(checkClock),
};

/** Every option, checked and with its default. */
export interface ResolvedGracefulShutdownOptions {
  readonly services: Readonly<Record<string, ServingStatus>>;
  readonly signals: readonly ShutdownSignal[];
  readonly propagationDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly exitProcess: boolean;
  readonly clock: Clock;
}

/** A frozen full copy. @throws InvalidOptionError */
export function resolveGracefulShutdownOptions(options: unknown): ResolvedGracefulShutdownOptions {
  return resolveOptions(options, rules);
}

function checkServices(value: unknown, name: string): Readonly<Record<string, ServingStatus>> {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw new InvalidOptionError(name, value, 'an object of service names and statuses');
  }
  const services: Record<string, ServingStatus> = { '': 'SERVING' };
  for (const [service, status] of Object.entries(value ?? {})) {
    const expected = `one of ${SERVING_STATUSES.map((each) => JSON.stringify(each)).join(', ')}`;
    if (!isServingStatus(status)) throw new InvalidOptionError(`${name}[${JSON.stringify(service)}]`, status, expected);
    services[service] = status;
  }
  return Object.freeze(services);
}

function checkSignals(value: unknown = ['SIGTERM'], name: string): readonly ShutdownSignal[] {
  const known: readonly unknown[] = SHUTDOWN_SIGNALS;
  if (Array.isArray(value) && value.every((signal) => known.includes(signal))) {
    return Object.freeze([...(value as ShutdownSignal[])]);
  }
  throw new InvalidOptionError(name, value, `an array of ${SHUTDOWN_SIGNALS.join(', ')}`);
}

function checkClock(value: unknown = systemClock, name: string): Clock {
  const clock = value as Partial<Clock> | null;
  if (typeof clock?.now === 'function' && typeof clock.schedule === 'function') return clock as Clock;
  throw new InvalidOptionError(name, value, 'a Clock');
}
