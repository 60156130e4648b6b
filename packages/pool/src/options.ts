import {
  bool,
  checkLogger,
  count,
  custom,
  durationMs,
  EVENT_LOOP_STALL_MS,
  exponentialBackoff,
  func,
  InvalidOptionError,
  optional,
  peakEwma,
  resolveOptions,
  systemClock,
  systemRandom,
  text,
  type Backoff,
  type BalancingPolicy,
  type Clock,
  type Logger,
  type Random,
  type ResolverFactory,
  type ResolverOptions,
} from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import {
  checkChannelArguments,
  checkKeepalive,
  checkSameMeaning,
  splitChannelArguments,
  type ChannelArguments,
} from './channel-arguments.js';
import { checkLookUps } from './look-up-options.js';
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
   * Two look-ups of the target never begin closer than this, in ms, however many connections are lost and however short
   * records live. Default 100, 10 to `refreshIntervalMs`. A source that is watched (`kubernetes`) has no look-ups to
   * hold back. Calls that lost their pods wait for a look-up begun after the loss, so this is added to how long they wait.
   *
   * gRPC: `grpc.dns_min_time_between_resolutions_ms`, 30 s: the reason why a channel goes on with pods that are gone.
   */
  readonly minRefreshIntervalMs?: number;
  /**
   * How long a look-up may take, in ms; then it counts as failed, and is repeated with backoff. Default 10 000, 100 to
   * 600 000. Of a name with a search list it is the time for all of them together; a DNS server gets 2 s and then 4 s to answer,
   * whatever is left.
   *
   * gRPC: ResolvingTimeout of grpc-go, 30 s.
   */
  readonly lookupTimeoutMs?: number;
  /**
   * Whether a `dns` target is asked for a service config: TXT records of `_grpc_config.<host>` (gRFC A2). Default false for
   * a pool, which applies none; `createChannel` of `fairlead` has a default of its own. Refused when true beside
   * `grpc.service_config_disable_resolution: 1`.
   *
   * They are looked up every half minute, and up to ten minutes apart where there are none. Only the very first addresses
   * wait for them, for a second at most.
   */
  readonly lookUpServiceConfig?: boolean;
  /**
   * Time for one attempt to connect to a pod: TCP, TLS and the server's HTTP/2 settings, in ms. Default 5000, 100 to 600 000.
   * Attempts begin no closer than the backoff (1 s × 1.6, up to 120 s, ±20 %); the time that an attempt took is part of it.
   *
   * gRPC: MIN_CONNECT_TIMEOUT, 20 s; shorter here, because a pool has other pods to go to. grpc-js has none.
   */
  readonly connectTimeoutMs?: number;
  /**
   * Where a pod has several addresses (dual stack): how long the newest is tried alone before the next is tried beside it, in
   * ms. Default 250, 100 to 2000. The next follows at once when the newest fails. `connectTimeoutMs` covers all of them.
   *
   * gRPC: CONNECTION_ATTEMPT_DELAY of gRFC A61 (RFC 8305 §5).
   */
  readonly connectionAttemptDelayMs?: number;
  /**
   * How long the calls of a pod that left the target, or of a pool that was closed, may still run, in ms. Default
   * 30 000, at least 0; `Infinity` lets them run for ever. At the limit they end with UNAVAILABLE.
   */
  readonly drainGraceMs?: number;
  /**
   * Age at which a member's connection is replaced, in ms, ±10 % per connection. Default `Infinity` (never), at least
   * 1000. The new connection is ready before the old one is left; at most 10 % of the members (but one at least) are
   * replaced at a time. None is while a member has not been connected for less than a minute, or fewer than half are; the
   * warning `rotation-paused` tells when one has twice its age because of that. For servers behind a balancer that sees
   * connections. Renewed certificates need it not, and wait for no other member: see `fileCredentials`.
   *
   * gRPC: MAX_CONNECTION_AGE of gRFC A9, which is the server's; the client has none.
   */
  readonly maxConnectionAgeMs?: number;
  /**
   * How long calls may run on after their connection was replaced because of its age or of new credentials, in ms. Default 30 000; `Infinity`
   * lets them run for ever. At the limit they end with UNAVAILABLE and a text that says so.
   *
   * gRPC: MAX_CONNECTION_AGE_GRACE of gRFC A9.
   */
  readonly maxConnectionAgeGraceMs?: number;
  /**
   * Time without any call, in flight or waiting, after which the pool closes its connections and stops to resolve, in ms.
   * Default 1 800 000 (30 min), at least 1000; `Infinity` for never. Its state is IDLE then; it keeps what it knows of its
   * pods, and the next call, `connect()`, `ready()` or `getConnectivityState(true)` connects them at once, while the target
   * is resolved again. A resolver of your own is made anew then. A retry that waits for its backoff is no call of the pool.
   *
   * gRPC: IDLE_TIMEOUT (doc/connectivity-semantics-and-api.md). Excludes a different `grpc.client_idle_timeout_ms`.
   */
  readonly idleTimeoutMs?: number;
  /**
   * Quiet time after which a connection is asked whether it still lives, in ms. Default `Infinity` (never), at least
   * 10 000. A server that finds it too often closes the connection (`too_many_pings`); connections made later are pinged
   * after twice the time then, and the event `keepaliveThrottled` tells.
   *
   * gRPC: KEEPALIVE_TIME of gRFC A8. Excludes a different `grpc.keepalive_time_ms`, which has the same range.
   */
  readonly keepaliveTimeMs?: number;
  /**
   * How long the answer to a ping may take, in ms; then the connection is lost and its calls end with UNAVAILABLE.
   * Default 20 000, at least 1000. Refused without `keepaliveTimeMs` (or `grpc.keepalive_time_ms`).
   *
   * gRPC: KEEPALIVE_TIMEOUT of gRFC A8. Excludes a different `grpc.keepalive_timeout_ms`.
   */
  readonly keepaliveTimeoutMs?: number;
  /**
   * Whether connections without calls are asked too. Default false: servers forbid it unless they were told otherwise.
   * True is refused without `keepaliveTimeMs` (or `grpc.keepalive_time_ms`).
   *
   * gRPC: KEEPALIVE_WITHOUT_CALLS of gRFC A8. Excludes a different `grpc.keepalive_permit_without_calls`.
   */
  readonly keepaliveWithoutCalls?: boolean;
  /**
   * From which length on a time in which our own event loop did not come round (a long computation, garbage collection, a
   * process that was not given the CPU) is a stall, in ms. Default 50, at least 10; one that is 20 ms longer is surely
   * noticed. `Infinity` switches all of this off. What a stall explains is not charged to the pods: no latency, timeout or
   * failed attempt to connect is counted, no breaker fails, no hedge is sent, and the event `stall` tells how long it was.
   *
   * While calls wait for their first answer, and only then, a timer looks every 20 ms. gRPC: none.
   */
  readonly eventLoopStallMs?: number;
  /**
   * Whether channelz shows the pool and the connections of its members. Default false: it costs about 3 % of the CPU
   * of a unary call. `channelzHandlers()` shows the pool as one channel.
   *
   * gRPC: `grpc.enable_channelz`, which is true by default. Excludes a different one.
   */
  readonly channelz?: boolean;
  /**
   * Whether servers are asked for their health where the service config says so (`healthCheckConfig`, gRFC A17). Default true;
   * false gives calls to every pod that is connected.
   *
   * gRPC: `grpc.inhibit_health_checking`, the other way round.
   */
  readonly healthChecking?: boolean;
  /**
   * How many members must be ready before `ready()` is fulfilled. Default 1, at least 1. Where the target has fewer, or
   * the balancing policy connects fewer, all of them. Calls do not wait for it: one ready member serves them.
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
  /**
   * Where events are logged: `console`, a pino or winston logger, or a NestJS `Logger`, as they are. Default none, which costs
   * nothing. Each line has a code, the target and its fields; codes and levels stand in `docs/reference/events.md`. At most
   * one line a second for one code and pod (or method); the next one has `omitted`, how many were left out.
   */
  readonly logger?: Logger;
  /** The source of time. Default the real one. For tests. */
  readonly clock?: Clock;
  /** The source of randomness. Default the real one. For tests. */
  readonly random?: Random;
}

/** Every option with its value: checked, complete and frozen. */
export interface ResolvedPoolOptions extends Required<ResolverOptions> {
  readonly connectTimeoutMs: number;
  readonly connectionAttemptDelayMs: number;
  readonly drainGraceMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly keepaliveWithoutCalls: boolean;
  readonly eventLoopStallMs: number;
  readonly channelz: boolean;
  readonly healthChecking: boolean;
  readonly minReadyMembers: number;
  readonly balancing: () => BalancingPolicy;
  readonly resolvers: readonly ResolverFactory[];
  readonly defaultScheme: string;
  readonly logger: Logger | undefined;
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
  minRefreshIntervalMs: durationMs({ default: 100, min: 10, max: 2 ** 31 - 1 }),
  lookupTimeoutMs: durationMs({ default: 10_000, min: 100, max: 600_000 }),
  lookUpServiceConfig: bool({ default: false }),
  connectionAttemptDelayMs: durationMs({ default: 250, min: 100, max: 2_000 }),
  connectTimeoutMs: durationMs({ default: 5_000, min: 100, max: 600_000 }),
  drainGraceMs: durationMs({ default: 30_000, allowInfinity: true }),
  maxConnectionAgeMs: durationMs({ default: Infinity, min: 1_000, allowInfinity: true }),
  maxConnectionAgeGraceMs: durationMs({ default: 30_000, allowInfinity: true }),
  idleTimeoutMs: optional(durationMs({ min: 1_000, allowInfinity: true })),
  keepaliveTimeMs: durationMs({ default: Infinity, min: 10_000, max: 2 ** 31 - 1, allowInfinity: true }),
  keepaliveTimeoutMs: durationMs({ default: 20_000, min: 1_000, max: 2 ** 31 - 1 }),
  keepaliveWithoutCalls: bool({ default: false }),
  eventLoopStallMs: EVENT_LOOP_STALL_MS,
  channelz: optional(bool()),
  healthChecking: bool({ default: true }),
  minReadyMembers: count({ default: 1, min: 1 }),
  balancing: optional(func<() => BalancingPolicy>()),
  resolvers: custom(checkResolvers),
  defaultScheme: text({ default: 'dns' }),
  logger: custom(checkLogger),
  clock: custom((value, name) =>
    checkContract<Clock>(value, name, systemClock, ['now', 'epochNow', 'schedule', 'nextRound']),
  ),
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
  checkSameMeaning(own, channelArguments);
  checkLookUps(resolved, channelArguments);
  const { backoff, forwarded, idleTimeoutMs } = checkChannelArguments(channelArguments);
  checkKeepalive(own, resolved, forwarded);
  return Object.freeze({
    ...resolved,
    idleTimeoutMs: resolved.idleTimeoutMs ?? idleTimeoutMs,
    channelz: resolved.channelz ?? channelArguments['grpc.enable_channelz'] === 1,
    balancing: resolved.balancing ?? peakEwma(),
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
