import type { Socket } from 'node:net';

/** Why a connection ended, in the words of gRFC A94 (`grpc.disconnect_error`). */
export const DISCONNECT_REASONS = [
  /**
   * The server sent GOAWAY. gRFC A94 adds the HTTP/2 code, which grpc-js tells nobody.
   */
  'GOAWAY',
  /** This side ended it: the pod left the target, the connection was replaced because of its age, the pool was closed. */
  'subchannel shutdown',
  'connection reset',
  'connection timed out',
  'connection aborted',
  'socket error',
  /** The server closed it without a word; or a keepalive ping was not answered. */
  'unknown',
] as const;

export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

const REASON_OF_CODE: Readonly<Record<string, DisconnectReason>> = {
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'connection timed out',
  ECONNABORTED: 'connection aborted',
};

/**
 * The end of one connection, as its socket saw it. grpc-js reports that a connection is lost and not why; a socket that
 * was fine at that moment means that the server sent GOAWAY, after which its streams go on. With keepalive it may also mean
 * that a ping was not answered: then the GOAWAY must be {@link goneAway heard}.
 */
export class ConnectionEnd {
  readonly #socket: Socket | undefined;
  readonly #keepalive: boolean;
  #over: DisconnectReason | undefined;

  /**
   * @param socket undefined where it is not known.
   * @param keepalive grpc-js also gives up a socket that is fine when a ping is not answered.
   */
  constructor(socket: Socket | undefined, keepalive: boolean) {
    this.#socket = socket;
    this.#keepalive = keepalive;
    socket?.once('error', (error: NodeJS.ErrnoException) => {
      this.#over ??= reasonOf(error);
    });
    socket?.once('end', () => {
      this.#over ??= 'unknown';
    });
  }

  /** The server sent GOAWAY. To be called before grpc-js hears of it. */
  goneAway(): void {
    this.#over ??= 'GOAWAY';
  }

  /** To be asked when the loss is reported. */
  get reason(): DisconnectReason {
    if (this.#over !== undefined) return this.#over;
    // The loss may be reported before the event of the error that caused it.
    if (this.#socket?.errored) return reasonOf(this.#socket.errored);
    return (this.#socket?.destroyed ?? true) || this.#keepalive ? 'unknown' : 'GOAWAY';
  }
}

function reasonOf({ code = '' }: NodeJS.ErrnoException): DisconnectReason {
  return REASON_OF_CODE[code] ?? 'socket error';
}
