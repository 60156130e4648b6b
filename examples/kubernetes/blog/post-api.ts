import { HttpServer, postIdOf } from './http-server.js';
import type { PostReader } from './storage-service.js';

/** How `post-api` is run. */
export interface PostApiOptions {
  /** `host:port`. */
  readonly address: string;
  readonly storage: PostReader;
  /** After this time at the end, what still runs is cut. */
  readonly drainTimeoutMs: number;
}

/** The service that users speak with. Resolves when it listens; ends itself, and the process, at SIGTERM. */
export async function startPostApi({ address, storage, drainTimeoutMs }: PostApiOptions): Promise<void> {
  const server = new HttpServer(async (path) => {
    // Probes do not ask for post-storage: its outage must neither take post-api out of service nor restart it.
    if (path === '/healthz') return [200, 'ok'];
    const id = postIdOf(path);
    const post = id === undefined ? undefined : await storage.read(id);
    return post === undefined ? [404, { error: 'no such post' }] : [200, post];
  });
  await server.listen(address);
  process.once('SIGTERM', () => {
    void server.close(drainTimeoutMs).then(() => {
      storage.close();
      process.exit();
    });
  });
}
