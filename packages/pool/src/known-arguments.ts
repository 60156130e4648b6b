import { InvalidOptionError, nearestName } from '@fairlead/core';

type ArgumentKind = 'text' | 'whole' | 'flag';

const KEEPALIVE_TIME = 'grpc.keepalive_time_ms';

/**
 * The channel arguments that grpc-js knows and a member may be given, with what they must be. grpc-js itself checks none
 * of them: a wrong one fails in every call, in an unhandled rejection, or not at all.
 */
const KNOWN: Readonly<Record<string, ArgumentKind>> = {
  'grpc.ssl_target_name_override': 'text',
  'grpc.primary_user_agent': 'text',
  'grpc.secondary_user_agent': 'text',
  'grpc.default_authority': 'text',
  [KEEPALIVE_TIME]: 'whole',
  'grpc.keepalive_timeout_ms': 'whole',
  'grpc.keepalive_permit_without_calls': 'flag',
  'grpc.client_idle_timeout_ms': 'whole',
  'grpc.max_concurrent_streams': 'whole',
  'grpc.initial_reconnect_backoff_ms': 'whole',
  'grpc.max_reconnect_backoff_ms': 'whole',
  'grpc.max_send_message_length': 'whole',
  'grpc.max_receive_message_length': 'whole',
  'grpc.enable_channelz': 'flag',
  'grpc.default_compression_algorithm': 'whole',
  'grpc.per_rpc_retry_buffer_size': 'whole',
  'grpc.retry_buffer_size': 'whole',
  'grpc-node.max_session_memory': 'whole',
  'grpc-node.tls_enable_trace': 'flag',
  'grpc-node.flow_control_window': 'whole',
};

/** gRFC A8. gRPC raises what is less, grpc-js does not; a server answers it with `too_many_pings`. */
const MIN_KEEPALIVE_TIME_MS = 10_000;

/** Whether an argument asks for pings. The largest 32-bit number means "never", as in C-core, and -1 in grpc-js. */
export function isKeepaliveTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 2 ** 31 - 1;
}

function keepaliveTimeExpectation(value: unknown): string | undefined {
  const isValid = isKeepaliveTime(value)
    ? Number.isInteger(value) && Number(value) >= MIN_KEEPALIVE_TIME_MS
    : value === -1 || value === 2 ** 31 - 1 || value === Infinity;
  if (isValid) return undefined;
  return `a whole number of ms, at least ${MIN_KEEPALIVE_TIME_MS} (gRFC A8); 2147483647 or -1 for never`;
}

/** gRPC's numbers for no compression, deflate and gzip. */
const COMPRESSION_ALGORITHMS = 3;

/**
 * Checks the type and range of a known argument. Names that grpc-js of today does not know pass, for those of tomorrow;
 * one that is a known name misspelt does not.
 *
 * @throws InvalidOptionError
 */
export function checkArgument(name: string, value: unknown): void {
  const kind = KNOWN[name];
  if (kind === undefined) {
    const nearest = nearestName(name, Object.keys(KNOWN));
    if (nearest !== undefined)
      throw new InvalidOptionError(name, value, `unknown option (did you mean \`${nearest}\`?)`);
    return;
  }
  const expected = expectation(name, kind, value);
  if (expected !== undefined) throw new InvalidOptionError(name, value, expected);
}

function expectation(name: string, kind: ArgumentKind, value: unknown): string | undefined {
  if (kind === 'text') return isHeaderText(value) ? undefined : 'a text of visible ASCII characters';
  if (kind === 'flag') return value === 0 || value === 1 ? undefined : '0 or 1';
  if (name === KEEPALIVE_TIME) return keepaliveTimeExpectation(value);
  const isWhole = Number.isSafeInteger(value) || value === Infinity;
  if (name === 'grpc.default_compression_algorithm') {
    return isWhole && Number(value) >= 0 && Number(value) < COMPRESSION_ALGORITHMS
      ? undefined
      : '0 (none), 1 (deflate) or 2 (gzip)';
  }
  // -1 is gRPC's "no limit" for message lengths.
  const min = name.endsWith('_message_length') ? -1 : 0;
  return isWhole && Number(value) >= min ? undefined : `a whole number, at least ${min}`;
}

/** Names and user agents go into HTTP/2 headers; a user agent may contain spaces, a name not, which a server tells. */
function isHeaderText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && /^[\x20-\x7e]+$/.test(value);
}
