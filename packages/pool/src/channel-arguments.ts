import { formatValue, InvalidOptionError } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { checkArgument, isKeepaliveTime } from './known-arguments.js';
import { OWNED_ARGUMENTS } from './member/member-channel.js';

/**
 * Channel arguments by name. grpc-js types its own with an index signature that would let every misspelt option of ours
 * through, so only the names that begin with `grpc` are taken over.
 */
export type ChannelArguments = {
  readonly [K in keyof grpc.ChannelOptions as K extends `grpc${string}` ? K : never]?: grpc.ChannelOptions[K];
} & { readonly [name: `grpc.${string}` | `grpc-node.${string}`]: unknown };

/** Arguments of grpc-js that mean something for a channel and nothing for a member, with what to use instead. */
const REFUSED: Readonly<Record<string, string>> = {
  'grpc.service_config': 'to be given to createChannel of fairlead; a pool takes `balancing`',
  'grpc.lb_policy_name': 'not set: grpc-js ignores it; use `loadBalancingConfig` of the service config',
  'grpc.dns_min_time_between_resolutions_ms': 'not set: use `refreshIntervalMs`',
  'grpc.http_connect_target': 'not set: a member connects to its pod, and to nothing in between',
  'grpc.http_connect_creds': 'not set: a member connects to its pod, and to nothing in between',
};

/** gRPC connection backoff: 1 s × 1.6 up to 120 s, ±20 % (doc/connection-backoff.md). */
const BACKOFF = { initialMs: 1_000, maxMs: 120_000, multiplier: 1.6, jitterRatio: 0.2 };

/** Channel arguments are told from our options by their prefix. Undefined values count as not given. */
export function splitChannelArguments(options: object): {
  readonly own: Readonly<Record<string, unknown>>;
  readonly channelArguments: Readonly<Record<string, unknown>>;
} {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', options, 'an object');
  }
  // Without a prototype: `__proto__` is a name like any other, and unknown.
  const own = Object.create(null) as Record<string, unknown>;
  const channelArguments = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(options)) {
    const isArgument = name.startsWith('grpc.') || name.startsWith('grpc-node.');
    if (isArgument && value !== undefined) channelArguments[name] = value;
    else if (!isArgument) own[name] = value;
  }
  return { own, channelArguments };
}

/**
 * Takes the arguments apart: reconnection is the pool's (`grpc.initial_reconnect_backoff_ms`,
 * `grpc.max_reconnect_backoff_ms`), and so is the idle timeout (`grpc.client_idle_timeout_ms`); the rest goes to the members.
 *
 * @throws InvalidOptionError for one that contradicts what the pool must set, with the reason.
 */
export function checkChannelArguments(given: Readonly<Record<string, unknown>>): {
  readonly backoff: typeof BACKOFF;
  readonly idleTimeoutMs: number;
  readonly forwarded: grpc.ChannelOptions;
} {
  const forwarded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const refused = REFUSED[name];
    if (refused !== undefined) throw new InvalidOptionError(name, value, refused);
    const owned = OWNED_ARGUMENTS[name];
    if (owned !== undefined && owned.value !== value) {
      throw new InvalidOptionError(name, value, `${owned.value}, because ${owned.why}`);
    }
    if (owned === undefined) checkArgument(name, value);
    forwarded[name] = value;
  }
  // For grpc-js, "never" is a timer, which ends at once where it is longer than Node.js can wait.
  if (!isKeepaliveTime(forwarded['grpc.keepalive_time_ms'])) delete forwarded['grpc.keepalive_time_ms'];
  const idleTimeoutMs = takeIdleTimeout(forwarded);
  const initialMs = takeDuration(forwarded, 'grpc.initial_reconnect_backoff_ms', 100, BACKOFF.initialMs);
  const maxMs = takeDuration(forwarded, 'grpc.max_reconnect_backoff_ms', 100, Math.max(BACKOFF.maxMs, initialMs));
  if (maxMs < initialMs) {
    throw new InvalidOptionError(
      'grpc.max_reconnect_backoff_ms',
      maxMs,
      `at least grpc.initial_reconnect_backoff_ms, ${initialMs}`,
    );
  }
  return { backoff: { ...BACKOFF, initialMs, maxMs }, idleTimeoutMs, forwarded: Object.freeze(forwarded) };
}

function takeDuration(args: Record<string, unknown>, name: string, minMs: number, fallback: number): number {
  const value = args[name];
  delete args[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !(value >= minMs && value < Infinity))
    throw new InvalidOptionError(name, value, `finite, at least ${minMs} ms`);
  return value;
}

/** gRPC's default (Java, C-core, grpc-js), also in gRFC A62. */
const IDLE_TIMEOUT_MS = 1_800_000;

/** The largest 32-bit number means "never", as in C-core. */
function takeIdleTimeout(args: Record<string, unknown>): number {
  const value = takeDuration(args, 'grpc.client_idle_timeout_ms', 1_000, IDLE_TIMEOUT_MS);
  return value >= 2 ** 31 - 1 ? Infinity : value;
}

/** Our options and the arguments of grpc-js that mean the same. */
const SAME_MEANING = {
  idleTimeoutMs: 'grpc.client_idle_timeout_ms',
  keepaliveTimeMs: 'grpc.keepalive_time_ms',
  keepaliveTimeoutMs: 'grpc.keepalive_timeout_ms',
  keepaliveWithoutCalls: 'grpc.keepalive_permit_without_calls',
  channelz: 'grpc.enable_channelz',
} as const;

/** @throws InvalidOptionError when an option and the channel argument of the same meaning are both given and differ. */
export function checkSameMeaning(
  own: Readonly<Record<string, unknown>>,
  channelArguments: Readonly<Record<string, unknown>>,
): void {
  for (const [name, argument] of Object.entries(SAME_MEANING)) {
    const [ours, theirs] = [own[name], channelArguments[argument]];
    if (ours === undefined || theirs === undefined || Number(ours) === Number(theirs)) continue;
    throw new InvalidOptionError(argument, theirs, `not set beside ${name}, or equal to it: ${formatValue(ours)}`);
  }
}

/** @throws InvalidOptionError when an option says how connections are pinged, and neither we nor grpc-js are to ping any. */
export function checkKeepalive(
  own: Readonly<Record<string, unknown>>,
  resolved: { readonly keepaliveTimeMs: number },
  forwarded: grpc.ChannelOptions,
): void {
  if (resolved.keepaliveTimeMs < Infinity || forwarded['grpc.keepalive_time_ms'] !== undefined) return;
  for (const name of ['keepaliveTimeoutMs', 'keepaliveWithoutCalls'] as const) {
    const value = own[name];
    // What is off anyway contradicts nothing.
    if (value === undefined || value === false) continue;
    throw new InvalidOptionError(name, value, 'not set without keepaliveTimeMs, which is how often to ping');
  }
}
