import type * as grpc from '@grpc/grpc-js';
import type { ClientHttp2Session } from 'node:http2';

/** Where grpc-js 1.14 keeps the session of a channel. None of it is public. */
interface ChannelInternals {
  readonly internalChannel?: {
    readonly wrappedSubchannels?: Iterable<{
      getRealSubchannel?(): { readonly transport?: { readonly session?: ClientHttp2Session } | null };
    }>;
  };
}

/**
 * The HTTP/2 session of a connected channel; undefined when it is gone, or kept elsewhere by a grpc-js of tomorrow.
 *
 * For what a GOAWAY said, and nothing else. The public ways do not tell: a status of a call has the code alone and needs a
 * call, the log is a text for the whole process, and Node.js publishes no client sessions. Whoever uses it must do without it
 * when it answers nothing; `keepalive.integration.test.ts` fails when grpc-js moves it.
 */
export function http2SessionOf(channel: grpc.ChannelInterface): ClientHttp2Session | undefined {
  for (const subchannel of (channel as unknown as ChannelInternals).internalChannel?.wrappedSubchannels ?? []) {
    const session = subchannel.getRealSubchannel?.().transport?.session;
    if (typeof session?.prependListener === 'function') return session;
  }
  return undefined;
}
