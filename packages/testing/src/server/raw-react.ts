import type { OutgoingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from 'node:http2';
import type { Socket } from 'node:net';
import { rstStreamFrame } from './http2-frame.js';
import type { RawReaction } from './raw-reaction.js';

const GRPC_HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };

/** `sendDate` is missing in the types: without it Node.js adds a `date` header, which clients take for metadata. */
const TRAILERS_ONLY = { endStream: true, sendDate: false } as ServerStreamResponseOptions;

/** Does with one HTTP/2 stream what the reaction says; GOAWAY, which is not a matter of one stream, is not done here. */
export function react(stream: ServerHttp2Stream, socket: Socket, reaction: RawReaction): void {
  // Streams end in errors here on purpose.
  stream.on('error', () => undefined);
  // A request that is not read to its end keeps the stream open.
  stream.resume();
  if ('afterHeaders' in reaction && reaction.afterHeaders === true) stream.respond(GRPC_HEADERS);
  switch (reaction.kind) {
    case 'reply':
      reply(stream, reaction.message ?? Buffer.alloc(0));
      break;
    case 'status':
      stream.respond({ ...GRPC_HEADERS, ...statusHeaders(reaction.code, reaction.details) }, TRAILERS_ONLY);
      break;
    case 'http':
      stream.respond({ ':status': reaction.status, 'content-type': reaction.contentType ?? 'text/plain' });
      stream.end(reaction.body ?? '');
      break;
    case 'reset':
      afterHeadersWereSent(stream, () => socket.write(rstStreamFrame(stream.id ?? 0, reaction.code)));
      break;
    case 'cut':
      afterHeadersWereSent(stream, () => socket.resetAndDestroy());
      break;
    case 'goaway':
    case 'hang':
      break;
  }
}

function reply(stream: ServerHttp2Stream, message: Buffer): void {
  stream.respond(GRPC_HEADERS, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(statusHeaders(0)));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([frame, message]));
}

function statusHeaders(code: number, details?: string): OutgoingHttpHeaders {
  return { 'grpc-status': code, ...(details === undefined ? {} : { 'grpc-message': encodeURIComponent(details) }) };
}

/** Headers wait for the end of this turn; without the pause a reset would overtake them. */
function afterHeadersWereSent(stream: ServerHttp2Stream, callback: () => void): void {
  if (stream.headersSent) setImmediate(callback);
  else callback();
}
