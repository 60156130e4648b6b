import type * as grpc from '@grpc/grpc-js';

/** The pings of all connections of a pool (gRFC A8). */
export interface KeepaliveOptions {
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveWithoutCalls: boolean;
}

/** What grpc-js is told; nothing when keepalive is off. */
export function keepaliveArguments(options: KeepaliveOptions): grpc.ChannelOptions {
  if (options.keepaliveTimeMs === Infinity) return {};
  return {
    'grpc.keepalive_time_ms': options.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': options.keepaliveWithoutCalls ? 1 : 0,
  };
}
