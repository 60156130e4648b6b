import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { EchoReply } from './generated/echo.js';

export interface Http2Pod {
  readonly address: string;
  /** How many streams reached it. */
  readonly streams: number;
  stop(): void;
}

/** What a server without gRPC does with one stream; `number` counts from 1. */
export type StreamScript = (stream: http2.ServerHttp2Stream, number: number) => void;

/** A bare HTTP/2 server, for what a gRPC server never does by itself. */
export async function startHttp2Pod(host: string, script: StreamScript): Promise<Http2Pod> {
  const sessions = new Set<http2.ServerHttp2Session>();
  const server = http2.createServer();
  let streams = 0;
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream) => {
    streams += 1;
    stream.on('error', () => undefined);
    stream.resume();
    script(stream, streams);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    get streams() {
      return streams;
    },
    stop: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

/** A reply of the Echo service. */
export function answer(stream: http2.ServerHttp2Stream, server: string): void {
  const message = EchoReply.encode({ text: 'http2', server }).finish();
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frame);
}

/** "The application did not see it": RST_STREAM with REFUSED_STREAM. */
export const refuse: StreamScript = (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
