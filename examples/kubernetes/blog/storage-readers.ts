import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { PostStorageClient, type Post, type PostReader } from './storage-service.js';

/** Every read ends by then. */
const DEADLINE_MS = 5_000;

/** By gRPC, with Fairlead: `kubernetes:///post-storage.blog:grpc` in a cluster, `dns:` elsewhere. */
export function fairleadReader(target: string): PostReader {
  const insecure = grpc.credentials.createInsecure();
  const channel = createChannel(target, insecure, {
    serviceConfig: {
      methodConfig: [
        {
          name: [{ service: 'blog.PostStorage' }],
          // Reading a post twice does no harm.
          retryPolicy: {
            maxAttempts: 3,
            initialBackoff: '0.05s',
            maxBackoff: '1s',
            backoffMultiplier: 2,
            retryableStatusCodes: ['UNAVAILABLE'],
          },
        },
      ],
    },
  });
  return grpcReader(new PostStorageClient(target, insecure, { channelOverride: channel }));
}

/** By gRPC, with grpc-js as it is: one connection to one address, that of the Service. */
export function stockGrpcReader(address: string): PostReader {
  return grpcReader(new PostStorageClient(address, grpc.credentials.createInsecure()));
}

/** By HTTP/1.1: no more than so many connections, each of which carries one request at a time. */
export function httpReader(address: string, connections: number): PostReader {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    read: async (id) => {
      const url = `http://${address}/posts/${encodeURIComponent(id)}`;
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest(url, { agent, signal: AbortSignal.timeout(DEADLINE_MS) }, resolve)
          .on('error', reject)
          .end();
      });
      const body = (await response.toArray()).join('');
      if (response.statusCode === 404) return undefined;
      if (response.statusCode !== 200) throw new Error(`post-storage answered ${response.statusCode}`);
      return JSON.parse(body) as Post;
    },
    close: () => agent.destroy(),
  };
}

function grpcReader(client: PostStorageClient): PostReader {
  return {
    read: (id) =>
      new Promise((resolve, reject) => {
        client.getPost({ id }, new grpc.Metadata(), { deadline: Date.now() + DEADLINE_MS }, (error, post) => {
          if (error === null) resolve(post);
          else if (error.code === grpc.status.NOT_FOUND) resolve(undefined);
          else reject(error);
        });
      }),
    close: () => client.close(),
  };
}
