/**
 * What a raw server does with a call. `afterHeaders` sends response headers first; a client must then take whatever
 * follows as the server's doing.
 * - `reply`: one message, empty unless given, and the status.
 * - `status`: trailers-only, with nothing but what the protocol demands.
 * - `http`: an HTTP answer that is not gRPC, as of a proxy.
 * - `reset`: RST_STREAM with an HTTP/2 error code: 7 is REFUSED_STREAM, 2 INTERNAL_ERROR, 8 CANCEL, 11 ENHANCE_YOUR_CALM.
 * - `goaway`: GOAWAY for the whole connection; see {@link GoawayOptions}. The call itself then hangs, unless the client
 *   gives it up because its number is above the last one.
 * - `cut`: the TCP connection is reset.
 * - `hang`: nothing, for ever.
 */
export type RawReaction =
  | { readonly kind: 'reply'; readonly message?: Buffer }
  | { readonly kind: 'status'; readonly code: number; readonly details?: string }
  | { readonly kind: 'http'; readonly status: number; readonly contentType?: string; readonly body?: string }
  | { readonly kind: 'reset'; readonly code: number; readonly afterHeaders?: boolean }
  | ({ readonly kind: 'goaway' } & GoawayOptions)
  | { readonly kind: 'cut'; readonly afterHeaders?: boolean }
  | { readonly kind: 'hang'; readonly afterHeaders?: boolean };

/** A GOAWAY frame. */
export interface GoawayOptions {
  /** HTTP/2 error code. Default 0, NO_ERROR. */
  readonly code?: number;
  /** Last stream the server will have worked on; 0 for none, 2^31 − 1 for "all so far". Default: the newest one. */
  readonly lastStreamId?: number;
  /** Debug data, e.g. `max_age` or `too_many_pings`. Default empty. */
  readonly debugData?: string;
}

/**
 * What a raw server does with a new TCP connection: speaks HTTP/2, says nothing for ever (not even SETTINGS), or resets it.
 */
export type ConnectionMode = 'serve' | 'silent' | 'reset';
