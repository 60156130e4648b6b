import {
  bool,
  count,
  custom,
  durationMs,
  exponentialBackoff,
  func,
  InvalidOptionError,
  optional,
  peakEwmaPolicy,
  resolveOptions,
  systemClock,
  systemRandom,
  text,
  type Backoff,
  type BalancingPolicy,
  type Clock,
  type Random,
  type ResolverFactory,
  type ResolverOptions,
} from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import {
  checkChannelArguments,
  checkTwins,
  splitChannelArguments,
  type ChannelArguments,
} from './channel-arguments.js';
import { CHANNEL_FACTORY, createMemberChannel, type MemberChannelFactory } from './member/member-channel.js';

/**
 * Options of a pool. `grpc.*` and `grpc-node.*` channel arguments may stand beside them and go to every member's
 * channel, except those that the pool must set itself: they are refused when they contradict.
 */
export type PoolOptions = ChannelArguments & OwnPoolOptions;

/** The pool's own options. */
export interface OwnPoolOptions {
  /**
   * Time between periodic look-ups of the target while all is well, in ms. Default 5000, 1000 to 2³¹ − 1. Records that
   * live shorter are looked up when they expire, but not more often than every second. Look-ups after a lost connection do
   * not wait for it.
   *
   * gRPC: none; grpc-js looks up a healthy target never, and another one at most every 30 s.
   */
  readonly refreshIntervalMs?: number;
  /**
   * Time for one attempt to connect: TCP, TLS and the server's HTTP/2 settings, in ms. Default 5000, 100 to 600 000.
   * gRPC: MIN_CONNECT_TIMEOUT, 20 s; shorter here, because a pool has other pods to go to. grpc-js has none.
   */
  readonly connectTimeoutMs?: number;
  /**
   * How long the calls of a pod that left the target, or of a pool that was closed, may still run, in ms. Default
   * 30 000, at least 0; `Infinity` lets them run for ever. At the limit they end with UNAVAILABLE.
   */
  readonly drainGraceMs?: number;
  /**
   * Age at which a member's connection is replaced, in ms, ±10 % per connection. Default `Infinity` (never), at least
   * 1000. The new connection is ready before the old one is left; at most 10 % of the members (but one at least) are
   * replaced at a time, and none while a member is not connected. For servers behind a balancer that sees connections,
   * and to pick up renewed certificates.
   *
   * gRPC: MAX_CONNECTION_AGE of gRFC A9, which is the server's; the client has none.
   */
  readonly maxConnectionAgeMs?: number;
  /**
   * How long calls may run on after their connection was replaced because of its age, in ms. Default 30 000; `Infinity`
   * lets them run for ever. At the limit they end with UNAVAILABLE and a text that says so.
   *
   * gRPC: MAX_CONNECTION_AGE_GRACE of gRFC A9.
   */
  readonly maxConnectionAgeGraceMs?: number;
  /**
   * Quiet time after which a connection is asked whether it still lives, in ms. Default `Infinity` (never), at least
   * 10 000. A server that finds it too often closes the connection (`too_many_pings`).
   *
   * gRPC: KEEPALIVE_TIME of gRFC A8. Excludes a different `grpc.keepalive_time_ms`.
   */
  readonly keepaliveTimeMs?: number;
  /**
   * How long the answer to a ping may take, in ms; then the connection is lost and its calls end with UNAVAILABLE.
   * Default 20 000, at least 1000. Of use with `keepaliveTimeMs` only.
   *
   * gRPC: KEEPALIVE_TIMEOUT of gRFC A8. Excludes a different `grpc.keepalive_timeout_ms`.
   */
  readonly keepaliveTimeoutMs?: number;
  /**
   * Whether connections without calls are asked too. Default false: servers forbid it unless they were told otherwise.
   * Of use with `keepaliveTimeMs` only.
   *
   * gRPC: KEEPALIVE_WITHOUT_CALLS of gRFC A8. Excludes a different `grpc.keepalive_permit_without_calls`.
   */
  readonly keepaliveWithoutCalls?: boolean;
  /**
   * Whether channelz shows the pool and the connections of its members. Default false: it costs about 3 % of the CPU
   * of a unary call. `channelzHandlers()` shows the pool as one channel.
   *
   * gRPC: `grpc.enable_channelz`, which is true by default. Excludes a different one.
   */
  readonly channelz?: boolean;
  /**
   * How many members must be ready before `ready()` is fulfilled. Default 1, at least 1. Where the target has fewer, all of
   * them. Calls do not wait for it: one ready member serves them.
   */
  readonly minReadyMembers?: number;
  /**
   * Makes the balancing policy of this pool. Default `peak_ewma` with its defaults. `createChannel` of `fairlead` takes
   * it from the service config instead.
   */
  readonly balancing?: () => BalancingPolicy;
  /** Resolvers for more target schemes than `dns`, `ipv4`, `ipv6` and `unix`, or instead of those. */
  readonly resolvers?: readonly ResolverFactory[];
  /** Scheme of a target that names none. Default `dns` (gRPC naming). */
  readonly defaultScheme?: string;
  /** The source of time. Default the real one. For tests. */
  readonly clock?: Clock;
  /** The source of randomness. Default the real one. For tests. */
  readonly random?: Random;
}

/** Every option with its value: checked, complete and frozen. */
export interface ResolvedPoolOptions extends ResolverOptions {
  readonly connectTimeoutMs: number;
  readonly drainGraceMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveWithoutCalls: boolean;
  readonly channelz: boolean;
  readonly minReadyMembers: number;
  readonly balancing: () => BalancingPolicy;
  readonly resolvers: readonly ResolverFactory[];
  readonly defaultScheme: string;
  readonly clock: Clock;
  readonly random: Random;
  /** First step of the reconnection backoff. */
  readonly backoff: Backoff;
  /** What goes to the members. */
  readonly channelArguments: grpc.ChannelOptions;
  readonly channelFactory: MemberChannelFactory;
}

const RULES = {
  refreshIntervalMs: durationMs({ default: 5_000, min: 1_000, max: 2 ** 31 - 1 }),
  connectTimeoutMs: durationMs({ default: 5_000, min: 100, max: 600_000 }),
  drainGraceMs: durationMs({ default: 30_000, allowInfinity: true }),
  maxConnectionAgeMs: durationMs({ default: Infinity, min: 1_000, allowInfinity: true }),
  maxConnectionAgeGraceMs: durationMs({ default: 30_000, allowInfinity: true }),
  keepaliveTimeMs: durationMs({ default: Infinity, min: 10_000, max: 2 ** 31 - 1, allowInfinity: true }),
  keepaliveTimeoutMs: durationMs({ default: 20_000, min: 1_000, max: 2 ** 31 - 1 }),
  keepaliveWithoutCalls: bool({ default: false }),
  channelz: optional(bool()),
  minReadyMembers: count({ default: 1, min: 1 }),
  balancing: optional(func<() => BalancingPolicy>()),
  resolvers: custom(checkResolvers),
  defaultScheme: text({ default: 'dns' }),
  clock: custom((value, name) => checkContract<Clock>(value, name, systemClock, ['now', 'epochNow', 'schedule'])),
  random: custom((value, name) => checkContract<Random>(value, name, systemRandom, ['next'])),
};

/** Names of the pool's own options, for those who put options of their own beside them. */
export const POOL_OPTION_NAMES: readonly string[] = Object.keys(RULES);

/** @throws InvalidOptionError for anything unknown, out of range or contradictory. */
export function resolvePoolOptions(credentials: unknown, options: PoolOptions): ResolvedPoolOptions {
  if (!(credentials instanceof grpc.ChannelCredentials)) {
    throw new InvalidOptionError(
      'credentials',
      credentials,
      'a ChannelCredentials object of this copy of @grpc/grpc-js, e.g. credentials.createInsecure()',
    );
  }
  const { own, channelArguments } = splitChannelArguments(options);
  const resolved = resolveOptions(own, RULES);
  checkTwins(own, channelArguments);
  const { backoff, forwarded } = checkChannelArguments(channelArguments);
  return Object.freeze({
    ...resolved,
    channelz: resolved.channelz ?? channelArguments['grpc.enable_channelz'] === 1,
    balancing: resolved.balancing ?? peakEwmaPolicy.create({}, 'peak_ewma'),
    backoff: exponentialBackoff(backoff),
    channelArguments: forwarded,
    channelFactory: (options as { [CHANNEL_FACTORY]?: MemberChannelFactory })[CHANNEL_FACTORY] ?? createMemberChannel,
  });
}

function checkResolvers(value: unknown, name: string): readonly ResolverFactory[] {
  if (value === undefined) return [];
  const valid =
    Array.isArray(value) &&
    value.every(
      (one: Partial<ResolverFactory> | null) => Array.isArray(one?.schemes) && typeof one?.create === 'function',
    );
  if (!valid) throw new InvalidOptionError(name, value, 'a list of resolver factories');
  return value as readonly ResolverFactory[];
}

function checkContract<T>(value: unknown, name: string, fallback: T, methods: readonly string[]): T {
  if (value === undefined) return fallback;
  const candidate = value as Record<string, unknown> | null;
  if (methods.every((method) => typeof candidate?.[method] === 'function')) return value as T;
  throw new InvalidOptionError(name, value, `an object with ${methods.map((method) => `${method}()`).join(', ')}`);
}
