import * as grpc from '@grpc/grpc-js';
import { EchoService, type EchoReply, type EchoRequest, type EchoServer } from './generated/echo.js';

/** A server of the Echo service. */
export interface TestPod {
  /** `127.0.0.2:port`; also what its replies name as their server. */
  readonly address: string;
  /** Metadata of the calls that its application got, oldest first. */
  readonly seen: readonly grpc.Metadata[];
  /** Ends it at once, with its connections. */
  stop(): void;
}

/** One that can leave as in a rolling update. */
export interface DepartingPod extends TestPod {
  /** Sends its clients away (GOAWAY), and ends when its calls have. */
  leave(): void;
}

/** Answers as the interface of the service says, with its own name in every reply. */
function echoing(server: string): EchoServer {
  const reply = ({ text }: EchoRequest): EchoReply => ({ text, server });
  return {
    unary: (call, done) => done(null, reply(call.request)),
    collect: (call, done) => {
      const parts: string[] = [];
      call.on('data', ({ text }: EchoRequest) => parts.push(text));
      call.on('end', () => done(null, reply({ text: parts.join('+') })));
    },
    repeat: (call) => {
      for (let n = 0; n < 3; n++) call.write(reply(call.request));
      call.end();
    },
    chat: (call) => {
      call.on('data', (request: EchoRequest) => call.write(reply(request)));
      call.on('end', () => call.end());
    },
  };
}

/** Server options of grpc-js, with what the pod is secured, and what else is done to its server. */
export type PodOptions = grpc.ServerOptions & {
  readonly credentials?: grpc.ServerCredentials;
  readonly prepare?: (server: grpc.Server) => void;
};

/** @param handlers instead of the echoing ones. */
export async function startPod(
  host: string,
  handlers: Partial<EchoServer> = {},
  { credentials = grpc.ServerCredentials.createInsecure(), prepare, ...options }: PodOptions = {},
): Promise<DepartingPod> {
  const server = new grpc.Server(options);
  prepare?.(server);
  const seen: grpc.Metadata[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:0`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const address = `${host}:${port}`;
  const noting = Object.entries({ ...echoing(address), ...handlers }).map(([name, handler]) => [
    name,
    (call: { readonly metadata: grpc.Metadata }, ...rest: unknown[]) => {
      seen.push(call.metadata);
      (handler as (...args: unknown[]) => void)(call, ...rest);
    },
  ]);
  server.addService(EchoService, Object.fromEntries(noting) as grpc.UntypedServiceImplementation);
  return { address, seen, leave: () => server.tryShutdown(() => undefined), stop: () => server.forceShutdown() };
}

/** Pods on 127.0.0.1, 127.0.0.2 and so on. */
export function startPods(
  count: number,
  handlers?: Partial<EchoServer>,
  options?: grpc.ServerOptions,
): Promise<DepartingPod[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => startPod(`127.0.0.${n + 1}`, handlers, options)));
}

/** The target that names them. */
export function targetOf(pods: readonly Pick<TestPod, 'address'>[]): string {
  return `ipv4:${pods.map(({ address }) => address).join(',')}`;
}
