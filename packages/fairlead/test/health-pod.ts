import { gracefulShutdown, type GracefulShutdown, type ServingStatus } from '@fairlead/health';
import * as grpc from '@grpc/grpc-js';
import type { EchoServer } from './generated/echo.js';
import { startPod, type TestPod } from './pods.js';

/** A pod that says how it is, as an application with `@fairlead/health` does. */
export interface HealthPod extends TestPod {
  readonly life: GracefulShutdown<'echo'>;
}

/** @param status of the service `echo`; the server as a whole is SERVING. */
export async function startHealthPod(
  host: string,
  status: ServingStatus = 'SERVING',
  handlers: Partial<EchoServer> = {},
): Promise<HealthPod> {
  let life: GracefulShutdown<'echo'> | undefined;
  const options = { services: { echo: status }, signals: [], propagationDelayMs: 200, drainTimeoutMs: 20_000 };
  const prepare = (server: grpc.Server): void => void (life = gracefulShutdown(server, options));
  const pod = await startPod(host, handlers, { prepare });
  return { ...pod, life: life!, stop: () => void life!.force() };
}

/** An open or ended Watch, as the server sees it. */
export type Watch = grpc.ServerWritableStream<string, number>;

/** What a pod does with those who watch it. */
export class WatchScript {
  /** All that were begun, oldest first. */
  readonly watches: Watch[] = [];
  /** How many were cancelled, or lost with their connection. */
  cancelled = 0;
  readonly #act: (watch: Watch, index: number) => void;

  constructor(act: (watch: Watch, index: number) => void) {
    this.#act = act;
  }

  readonly prepare = (server: grpc.Server): void => {
    const definition: grpc.MethodDefinition<string, number> = {
      path: '/grpc.health.v1.Health/Watch',
      requestStream: false,
      responseStream: true,
      requestSerialize: (service) => Buffer.from(service),
      // Field 1, a text that is shorter than 128 bytes.
      requestDeserialize: (bytes) => bytes.subarray(2).toString(),
      responseSerialize: (status) => Buffer.from(status === 0 ? [] : [8, status]),
      responseDeserialize: (bytes) => bytes[1] ?? 0,
    };
    const watch = (call: Watch): void => {
      call.once('cancelled', () => (this.cancelled += 1));
      this.watches.push(call);
      this.#act(call, this.watches.length - 1);
    };
    server.addService({ watch: definition }, { watch });
  };
}
