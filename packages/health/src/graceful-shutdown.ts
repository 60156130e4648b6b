import { InvalidOptionError } from '@fairlead/core';
import type { Server } from '@grpc/grpc-js';
import { resolveGracefulShutdownOptions, type GracefulShutdownOptions } from './graceful-shutdown-options.js';
import { HealthService } from './health-service.js';
import { StatusRegistry, type HealthStatuses } from './health-statuses.js';
import type { ShutdownPhase, ShutdownReport } from './shutdown-report.js';
import { ShutdownSequence } from './shutdown-sequence.js';
import { listenForSignals } from './signal-listeners.js';

/** A server's health, and the way to its end. Made by {@link gracefulShutdown}. */
export interface GracefulShutdown<S extends string = string> {
  /** What `grpc.health.v1.Health` says about the services. */
  readonly health: HealthStatuses<S>;
  /** Where the shutdown stands. */
  readonly phase: ShutdownPhase;
  /** Fulfilled at the end, whatever began it; never rejected. The place to close pools and to flush telemetry. */
  readonly ended: Promise<ShutdownReport>;
  /** Begins the shutdown, as a first signal does. Answers {@link ended}; more calls change nothing. */
  shutdown(): Promise<ShutdownReport>;
  /** Ends the server at once, as a second signal does: running calls are cut. Answers {@link ended}. */
  force(): Promise<ShutdownReport>;
  /** Stops listening for signals, for an application that ends the server some other way. */
  detach(): void;
}

/**
 * Makes a server end without failing a call: SIGTERM → NOT_SERVING to everybody who asks or watches → a delay in which calls
 * are still accepted, since clients learn later than the server → no new connections, GOAWAY, running calls finish → whatever
 * still runs at the deadline is cut. A second signal cuts at once.
 *
 * When to use: in every grpc-js server that Kubernetes ends. Node must get the signal: run it as the container's first process
 * (`CMD ["node", "server.js"]`), not through npm or a shell.
 *
 * Gotchas:
 * - It adds the service `grpc.health.v1.Health`; do not add another one. Call it before or after `bindAsync`, but before clients connect.
 * - While it listens, SIGTERM does not end the process by itself. By default nothing here calls `process.exit()`: the process
 *   ends when the last thing that keeps it alive is gone. See `exitProcess`.
 * - Open health Watch calls are ended when the drain begins (UNAVAILABLE); any other endless stream is cut at the deadline.
 *
 * @example
 * ```ts
 * const server = new grpc.Server();
 * server.addService(GreeterService, greeter);
 * const { health, ended } = gracefulShutdown(server, { services: { 'helloworld.Greeter': 'NOT_SERVING' } });
 * server.bindAsync('0.0.0.0:50051', credentials, () => health.setStatus('helloworld.Greeter', 'SERVING'));
 * ended.then((report) => console.log('ended', report));
 * ```
 *
 * @throws InvalidOptionError for a bad option, or a server that has a health service already.
 */
export function gracefulShutdown<S extends string = never>(
  server: Server,
  options?: GracefulShutdownOptions<S>,
): GracefulShutdown<S> {
  if (typeof (server as Partial<Server> | undefined)?.tryShutdown !== 'function') {
    throw new InvalidOptionError('server', server, 'a Server of @grpc/grpc-js');
  }
  const resolved = resolveGracefulShutdownOptions(options);
  const service = new HealthService(resolved.services);
  const statuses = new StatusRegistry<S>(resolved.services, (name, status) => service.publish(name, status));
  service.addTo(server);
  const steps = {
    announce: () => statuses.beginShutdown(),
    endWatches: () => service.endWatches(),
    stop: (onStopped: () => void) => server.tryShutdown(onStopped),
    forceStop: () => server.forceShutdown(),
  };
  const sequence = new ShutdownSequence(steps, resolved, resolved.clock);
  const detach = listenForSignals(resolved.signals, (signal) => {
    if (sequence.phase === 'serving') sequence.begin(signal);
    else sequence.force(signal);
  });
  void sequence.ended.then((report) => {
    detach();
    if (resolved.exitProcess) exitAfterOthers(report);
  });
  return handle(statuses, sequence, detach);
}

function handle<S extends string>(
  health: HealthStatuses<S>,
  sequence: ShutdownSequence,
  detach: () => void,
): GracefulShutdown<S> {
  return {
    health,
    ended: sequence.ended,
    detach,
    get phase() {
      return sequence.phase;
    },
    shutdown() {
      sequence.begin('call');
      return sequence.ended;
    },
    force() {
      sequence.force('call');
      return sequence.ended;
    },
  };
}

/** Later than the callbacks that the application has put on `ended`, which come after ours. */
function exitAfterOthers({ outcome }: ShutdownReport): void {
  setImmediate(() => process.exit(outcome === 'drained' ? 0 : 1));
}
