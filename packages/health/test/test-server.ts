import * as grpc from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { gracefulShutdown, type GracefulShutdown, type GracefulShutdownOptions } from '../src/index.js';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const method = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
});

/** `Hold` answers when the test says so, `Endless` writes once and never ends. */
const definition = { Hold: method('/test.Test/Hold', false), Endless: method('/test.Test/Endless', true) };

export interface TestServer {
  readonly shutdown: GracefulShutdown<'test.Test'>;
  readonly address: string;
  /** How many calls of `Hold` wait for {@link release}. */
  readonly held: () => number;
  /** Answers all calls of `Hold` that wait. */
  readonly release: () => void;
}

export async function startTestServer(options: GracefulShutdownOptions<'test.Test'>): Promise<TestServer> {
  const server = new grpc.Server();
  const waiting: grpc.sendUnaryData<string>[] = [];
  server.addService(definition, {
    Hold: (_call: unknown, callback: grpc.sendUnaryData<string>) => void waiting.push(callback),
    Endless: (call: grpc.ServerWritableStream<string, string>) => void call.write('first'),
  });
  const shutdown = gracefulShutdown(server, { signals: [], ...options });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    shutdown,
    address: `127.0.0.1:${port}`,
    held: () => waiting.length,
    release: () => waiting.splice(0).forEach((callback) => callback(null, 'released')),
  };
}

/** A client with its own connection. Close it at the end of the test. */
export function connect(address: string): TestClient {
  return new TestClient(address);
}

export interface WatchLog {
  readonly statuses: readonly string[];
  /** The status that the stream ended with, once it has. */
  readonly ended: Promise<grpc.StatusObject>;
  readonly cancel: () => void;
}

export class TestClient {
  readonly #client: grpc.Client;

  constructor(address: string) {
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      // The timer of the last backoff outlives a closed client; by default that may take seconds.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 100,
    });
  }

  hold(): Promise<string> {
    return new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = definition.Hold;
      const done: grpc.requestCallback<string> = (error, value) => (error ? reject(error) : resolve(value ?? ''));
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, 'please', done);
    });
  }

  endless(): grpc.ClientReadableStream<string> {
    const { path, requestSerialize, responseDeserialize } = definition.Endless;
    return this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, 'please');
  }

  check(service: string): Promise<string> {
    const { path, requestSerialize, responseDeserialize } = healthMethod('Check');
    return new Promise((resolve, reject) => {
      const done: grpc.requestCallback<{ status: string }> = (error, value) =>
        error ? reject(error) : resolve(value?.status ?? '');
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, done);
    });
  }

  watch(service: string): WatchLog {
    const { path, requestSerialize, responseDeserialize } = healthMethod('Watch');
    const statuses: string[] = [];
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service });
    call.on('data', (message: { status: string }) => statuses.push(message.status));
    call.on('error', () => undefined);
    const ended = new Promise<grpc.StatusObject>((resolve) => call.on('status', resolve));
    return { statuses, ended, cancel: () => call.cancel() };
  }

  close(): void {
    this.#client.close();
  }
}

function healthMethod(name: 'Check' | 'Watch') {
  return healthDefinition[name] as unknown as grpc.MethodDefinition<{ service: string }, { status: string }>;
}

/** Waits until `condition` holds; a generous ceiling makes a failure readable. */
export async function until(condition: () => boolean, ceilingMs = 10_000): Promise<void> {
  const giveUpAt = Date.now() + ceilingMs;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`Not within ${ceilingMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
