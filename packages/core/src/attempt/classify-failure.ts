import { STATUS_CODES } from '../status/status-code.js';
import type { FailureClass } from './failure-class.js';

/** The end of a failed attempt as grpc-js reports it. */
export interface FailedAttempt {
  /** Final status code. */
  readonly code: number;
  /** Its text. */
  readonly details: string;
  /**
   * The status came from the server: with metadata, or after headers. Then it is always `maybe-processed`, whatever its
   * text says: a server that is itself a client may forward the text of its own failed call.
   */
  readonly fromServer: boolean;
}

interface Row {
  readonly code: number;
  readonly text: string;
  readonly match: 'exact' | 'prefix';
  readonly failure: FailureClass;
}

const { INTERNAL, UNAVAILABLE } = STATUS_CODES;

const NO_STREAM = 'Failed to start HTTP/2 stream with error';

/**
 * grpc-js knows whether a call left the process, but strips that knowledge from the status before it becomes public
 * (retrying-call.ts `reportStatus`); code and text are what is left. The rows were read in grpc-js 1.14.7, files under
 * `src/`, and are tested against every supported version.
 */
const ROWS: readonly Row[] = [
  // picker.ts UnavailablePicker; load-balancer-pick-first.ts adds ". Last error: …": the pick failed.
  { code: UNAVAILABLE, text: 'No connection established', match: 'prefix', failure: 'unsent' },
  // internal-channel.ts ShutdownPicker: a DROP, the channel was closed before the pick.
  { code: UNAVAILABLE, text: 'Channel closed before call started', match: 'exact', failure: 'unsent' },
  // resolver-dns.ts defaultResolutionError: there was never an address.
  { code: UNAVAILABLE, text: 'Name resolution failed for target ', match: 'prefix', failure: 'unsent' },
  // load-balancing-call.ts doPick, catch around createCall (progress NOT_STARTED): the session was lost before the stream
  // could be opened. The ends are Node's own (lib/internal/http2/core.js, ERR_HTTP2_INVALID_SESSION, …GOAWAY_SESSION).
  { code: INTERNAL, text: `${NO_STREAM} The session has been destroyed`, match: 'exact', failure: 'unsent' },
  {
    code: INTERNAL,
    text: `${NO_STREAM} New streams cannot be created after receiving a GOAWAY`,
    match: 'exact',
    failure: 'unsent',
  },
  // subchannel-call.ts, RST_STREAM REFUSED_STREAM (progress REFUSED): the server's transport did not take it.
  { code: UNAVAILABLE, text: 'Stream refused by server', match: 'exact', failure: 'refused' },
];

/**
 * What is known about a failed attempt's effect. Anything that is not recognised is `maybe-processed`: a call that is
 * wrongly not retried is a failure more, a call that is wrongly retried may be an order shipped twice.
 *
 * Left out on purpose: "Getting metadata from plugin failed …", "Attempted to send message with a size larger …" and
 * "Failed to start HTTP/2 stream with error …" because of a header do not leave the process either, but fail in the same
 * way on every member, so moving on to the next would go on for ever; and the last one makes grpc-js drop the connection
 * (transport.ts `createCall`), so one such call would take them all. "Connection dropped", "Write error: …", "read ECONNRESET" and RST_STREAM texts leave open what the server did.
 */
export function classifyFailure(attempt: FailedAttempt): FailureClass {
  if (attempt.fromServer) return 'maybe-processed';
  const row = ROWS.find((candidate) => matches(candidate, attempt));
  return row?.failure ?? 'maybe-processed';
}

function matches(row: Row, { code, details }: FailedAttempt): boolean {
  return code === row.code && (row.match === 'exact' ? details === row.text : details.startsWith(row.text));
}
