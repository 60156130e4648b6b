import type { Clock } from '../time/clock.js';
import type { Random } from '../random/random.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { SchemeRegistry } from '../target/scheme-registry.js';
import type { Target } from '../target/target.js';
import type { ResolverNews } from './resolver-news.js';

/** The newest full answer of a resolver. Never a delta: what is not in it does not exist any more. */
export interface ResolverState {
  readonly endpoints: readonly Endpoint[];
  /** A gRPC service config as raw JSON, when the resolver carries one. Absent means "no config returned" (gRFC A2). */
  readonly serviceConfig?: unknown;
  /**
   * Why the source could not say whether there is a service config, or which: a look-up of its own that failed, or an
   * answer that cannot be read. The endpoints count all the same and the config in force stays, the default one at the
   * start (gRFC A21); `serviceConfig` is disregarded. A config that was read and is invalid is none of this: it is
   * delivered as it is, and whoever parses it says what is wrong.
   */
  readonly serviceConfigError?: Error;
  /**
   * How long a change of the pods may take until this source tells of it, in ms; 0 when absent. A look-up that begins
   * sooner after a lost connection may still answer with the pod that is gone, and without its successor.
   */
  readonly lagMs?: number;
  /**
   * When this was true, in ms since the Unix epoch, of a state that was kept since then. Absent: it was found just now. Snapshots
   * and the metric `fairlead.resolver.state_age` tell how long ago that is.
   */
  readonly asOfMs?: number;
  /** Free facts about the answer itself (its source, its age), shown in snapshots. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * What a resolver tells. The pool implements it and tolerates calls at any time: synchronously from `start`, twice in
 * a row, after `close` (ignored).
 */
export interface ResolverListener {
  /**
   * A new full state.
   * @param startedAt `clock.now()` when the look-up that found this state *began*. A call that lost its connection may
   * only fail after a look-up begun later than the loss has answered, so an answer that was already under way must not
   * claim to be newer than it is. A source that is pushed to (a watch) passes the current time.
   */
  onState(state: ResolverState, startedAt: number): void;
  /** The look-up begun at `startedAt` failed. The pool keeps the last good state; the resolver retries with backoff by itself. */
  onError(error: Error, startedAt: number): void;
  /** Something that is neither a state nor a failed look-up and that people should know of: an event of the pool. */
  onNews?(news: ResolverNews): void;
}

/**
 * An always-running background process that keeps a pool told of the newest full state of one target.
 *
 * Rules for the implementer:
 * - The constructor does no I/O and starts no timer. `start` is called once, first.
 * - After `start`, answer at least once, with `onState` or `onError`, and go on: refresh periodically or watch.
 * - After `refresh()`, answer again with a look-up begun no earlier than that call, even when nothing changed and even
 *   when the answer is known (a fixed list answers with itself). Calls may come in bursts: one look-up serves all that
 *   came before it began, and the resolver keeps its own minimum distance between look-ups.
 * - An empty list of endpoints is an answer; a failed look-up is an error. Never turn one into the other.
 * - `close()` ends everything: no timer, socket or watch remains, and the listener is not called again. Idempotent.
 */
export interface Resolver {
  start(listener: ResolverListener): void;
  /** @param doubted somebody has reason to doubt the last answer: a watch then reads everything anew, however fresh it is. */
  refresh(doubted?: boolean): void;
  close(): void;
}

/** What a resolver is made from. */
export interface ResolverContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Resolver options of the pool, already checked, e.g. `refreshIntervalMs`. Unknown ones are not the resolver's business. */
  readonly options: ResolverOptions;
  /** Who serves the other schemes of this pool, for a resolver that consists of others. */
  readonly schemes?: SchemeRegistry;
}

/** Options that every resolver understands in its own way. Where an optional one is absent, the resolver's own default counts. */
export interface ResolverOptions {
  /** Time between periodic look-ups while all is well, in ms. */
  readonly refreshIntervalMs: number;
  /** Two look-ups never begin closer than this, however often `refresh()` is called, in ms; at most `refreshIntervalMs`. */
  readonly minRefreshIntervalMs?: number;
  /** A look-up without an answer after this time has failed, in ms. */
  readonly lookupTimeoutMs?: number;
  /** Whether to look for a service config, where that costs a look-up of its own (TXT records, gRFC A2). */
  readonly lookUpServiceConfig?: boolean;
}

/** Serves one or more target schemes. Registered in a scheme registry. */
export interface ResolverFactory {
  /** Lower-case URI schemes, e.g. `['dns']`. */
  readonly schemes: readonly string[];
  /**
   * Checks the target and makes the resolver, without I/O. Called again for the same target after the last one was closed,
   * when a pool wakes from an idle time.
   * @throws InvalidTargetError when the endpoint or authority is not of the scheme's form.
   */
  create(target: Target, context: ResolverContext): Resolver;
  /** The authority that the scheme prescribes instead of the endpoint (`unix` → `localhost`), or undefined for none. */
  authority?(target: Target): string | undefined;
}
