import { Metadata, type status } from '@grpc/grpc-js';

/** What every script can do before its end. */
export interface CallScriptOptions {
  /** Wait before doing anything at all, in ms. Default 0. */
  readonly delayMs?: number;
  /** Send response headers as soon as the wait is over. Default: with the first message; never for a failure. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of {@link echo}. */
export interface EchoOptions extends CallScriptOptions {
  /** For server streaming: how often the request is sent back. Default 1. */
  readonly messages?: number;
  /** Trailing metadata. Default none. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Options of {@link fail}. */
export interface FailOptions extends CallScriptOptions {
  /** Text of the status. Default `scripted failure`. */
  readonly details?: string;
  /** Trailing metadata. Default none. */
  readonly trailers?: Readonly<Record<string, string>>;
  /**
   * The trailer `grpc-retry-pushback-ms`: a number of ms to wait, a negative one for "do not retry", or any text, to see
   * what a client makes of nonsense (it must not retry).
   */
  readonly pushback?: number | string;
  /** For streaming responses: how many messages (empty ones, or the request's) come first. Default 0. */
  readonly messages?: number;
}

/** What a scripted server does with a call. Made by {@link echo}, {@link fail} and {@link hang}. */
export type CallScript =
  | (EchoOptions & { readonly kind: 'echo' })
  | (FailOptions & { readonly kind: 'fail'; readonly code: status })
  | (CallScriptOptions & { readonly kind: 'hang' });

/** Answers with what was sent: unary and server streaming with the request, client streaming with the last one. */
export function echo(options: EchoOptions = {}): CallScript {
  return { ...options, kind: 'echo' };
}

/**
 * Ends the call with a status. Without other options the whole answer is one HEADERS frame ("trailers-only"), at once.
 *
 * @example
 * ```ts
 * server.next(fail(status.UNAVAILABLE, { pushback: 250 }), fail(status.UNAVAILABLE, { headers: {} }));
 * ```
 */
export function fail(code: status, options: FailOptions = {}): CallScript {
  return { ...options, kind: 'fail', code };
}

/** Never answers; with `headers`, never after them. The call ends when the client or the server gives up. */
export function hang(options: CallScriptOptions = {}): CallScript {
  return { ...options, kind: 'hang' };
}

/** The trailing metadata that a script asks for. */
export function trailersOf(script: EchoOptions | FailOptions): Metadata {
  const metadata = metadataOf(script.trailers);
  if ('pushback' in script) metadata.set('grpc-retry-pushback-ms', String(script.pushback));
  return metadata;
}

/** Metadata from an object. */
export function metadataOf(entries: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return metadata;
}
