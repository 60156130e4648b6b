import { gracefulShutdown } from '@fairlead/health';
import * as grpc from '@grpc/grpc-js';
import { HttpServer, postIdOf } from './http-server.js';
import { postStorageService, STORAGE_SERVICE_NAME, type GetPostRequest, type Post } from './storage-service.js';

/** How `post-storage` is run. It serves by gRPC, by HTTP/1.1, or by both. */
export interface PostStorageOptions {
  /** `host:port`. */
  readonly grpcAddress?: string;
  /** `host:port`; here for the comparison. */
  readonly httpAddress?: string;
  /** Called, and waited for, whenever a post is read. */
  readonly onRead?: () => Promise<void> | void;
  /** See `grpc.max_connection_age_ms`. Default 0: no limit. */
  readonly maxConnectionAgeMs?: number;
  /** What a connection that is too old has left for the calls that it carries. Default 20 000. */
  readonly maxConnectionAgeGraceMs?: number;
  /** How it ends: how long it goes on as before, and what calls have left after that. */
  readonly shutdown: { readonly propagationDelayMs: number; readonly drainTimeoutMs: number };
}

/** The service that has the posts. Resolves when it listens; ends itself, and the process, at SIGTERM. */
export async function startPostStorage(options: PostStorageOptions): Promise<void> {
  const { grpcAddress, httpAddress, onRead = () => undefined } = options;
  const read = async (id: string): Promise<Post | undefined> => {
    await onRead();
    return POSTS.get(id);
  };
  const server = grpcServer(options, read);
  const services = { [STORAGE_SERVICE_NAME]: 'NOT_SERVING' } as const;
  const { health, ended } = gracefulShutdown(server, { ...options.shutdown, services });
  const http = new HttpServer(async (path) => {
    const post = await read(postIdOf(path) ?? '');
    return post === undefined ? [404, { error: 'no such post' }] : [200, post];
  });
  if (httpAddress !== undefined) await http.listen(httpAddress);
  if (grpcAddress !== undefined) await bind(server, grpcAddress);
  // The readiness probe asks about this name. Set last: who is ready must answer.
  health.setStatus(STORAGE_SERVICE_NAME, 'SERVING');
  void ended.then(async ({ outcome }) => {
    await http.close(options.shutdown.drainTimeoutMs);
    process.exit(outcome === 'drained' ? 0 : 1);
  });
}

type ReadPost = (id: string) => Promise<Post | undefined>;

function grpcServer(
  { maxConnectionAgeMs = 0, maxConnectionAgeGraceMs = 20_000 }: PostStorageOptions,
  read: ReadPost,
): grpc.Server {
  const server = new grpc.Server({
    ...(maxConnectionAgeMs > 0 && {
      'grpc.max_connection_age_ms': maxConnectionAgeMs,
      'grpc.max_connection_age_grace_ms': maxConnectionAgeGraceMs,
    }),
  });
  server.addService(postStorageService, {
    getPost: (call: grpc.ServerUnaryCall<GetPostRequest, Post>, callback: grpc.sendUnaryData<Post>) => {
      void read(call.request.id).then((post) => {
        if (post !== undefined) callback(null, post);
        else callback({ code: grpc.status.NOT_FOUND, details: `no post ${call.request.id}` });
      });
    },
  });
  return server;
}

async function bind(server: grpc.Server, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
}

/** A database would be here. */
const POSTS: ReadonlyMap<string, Post> = new Map(
  Array.from({ length: 100 }, (_, n) => {
    const id = String(n + 1);
    return [id, { id, title: `Post ${id}`, body: `What was on my mind on day ${id}.` }] as const;
  }),
);
