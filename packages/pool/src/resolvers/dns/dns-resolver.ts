import {
  exponentialBackoff,
  type Backoff,
  type Clock,
  type Random,
  type Resolver,
  type ResolverListener,
  type ResolverState,
  type Timer,
} from '@fairlead/core';
import type { FoundPods, PodLookup } from './lookup.js';
import type { ServiceConfigWatch } from './service-config-watch.js';

/** A TTL below this is not followed: a TTL of 0 must not turn into a loop. */
const MIN_INTERVAL_MS = 1_000;
/**
 * From a pod's death, or its successor's readiness, to the DNS answer that tells of it: kubelet, API server, endpoint
 * controller and DNS server take a few hundred milliseconds together, more under load. Longer TTLs and caches cannot be
 * waited for: in an outage of the whole service, calls must fail and not hang.
 */
const LAG_MS = 2_000;
/** After an error: 1 s × 1.6 ± 20 % (grpc-go's DNS resolver), and never later than the next periodic look-up. */
const ERROR_BACKOFF = exponentialBackoff({ initialMs: 1_000, maxMs: 120_000, multiplier: 1.6, jitterRatio: 0.2 });

export interface DnsResolverOptions {
  /** The name that is looked up, for messages. */
  readonly host: string;
  readonly lookup: PodLookup;
  readonly refreshIntervalMs: number;
  /** Two look-ups never begin closer than this, however often somebody asks. */
  readonly minRefreshIntervalMs: number;
  /** No answer after this time is an answer: "no". */
  readonly lookupTimeoutMs: number;
  /** Makes what looks for a service config; undefined where none is looked for. */
  readonly watchConfig: ((onNews: () => void) => ServiceConfigWatch) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Looks a name up, again and again: every `refreshIntervalMs` while all is well (sooner when the records live shorter,
 * but not below 1 s), with backoff after an error, and at once when asked, at most every `minRefreshIntervalMs`.
 *
 * The 30 s that other gRPC libraries keep between look-ups, and the missing look-ups of a healthy channel, are why pods
 * added later get no calls.
 */
export class DnsResolver implements Resolver {
  readonly #options: DnsResolverOptions;
  #listener: ResolverListener | undefined;
  #next: Timer | undefined;
  #nextAt = Infinity;
  #startedAt = -Infinity;
  /** The look-up under way. */
  #running: { readonly startedAt: number; readonly timeout: Timer } | undefined;
  #again = false;
  #backoff: Backoff = ERROR_BACKOFF;
  /** The last good answer, without the service config. */
  #found: { readonly state: ResolverState; readonly startedAt: number; told: boolean } | undefined;
  readonly #config: ServiceConfigWatch | undefined;

  constructor(options: DnsResolverOptions) {
    this.#options = options;
    this.#config = options.watchConfig?.(() => this.#tell());
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.#look();
  }

  refresh(): void {
    // A look-up under way began before this call, so it cannot answer it.
    if (this.#running) this.#again = true;
    else this.#schedule(this.#options.minRefreshIntervalMs - (this.#options.clock.now() - this.#startedAt));
  }

  close(): void {
    this.#listener = undefined;
    this.#next?.cancel();
    this.#running?.timeout.cancel();
    this.#running = undefined;
    this.#options.lookup.cancel();
    this.#config?.close();
  }

  /** Begins the next look-up in `delayMs`, unless one is due before. */
  #schedule(delayMs: number): void {
    const { clock } = this.#options;
    const at = clock.now() + Math.max(0, delayMs);
    if (at >= this.#nextAt || !this.#listener) return;
    this.#next?.cancel();
    this.#nextAt = at;
    this.#next = clock.schedule(at - clock.now(), () => this.#look());
  }

  #look(): void {
    const { clock, host, lookup, lookupTimeoutMs } = this.#options;
    const startedAt = clock.now();
    // Calls may wait for this answer: while it is awaited, they keep the process alive.
    const timeout = clock.schedule(lookupTimeoutMs, () => {
      settle(() =>
        this.#failed(new Error(`DNS look-up of ${host}: no answer within ${lookupTimeoutMs} ms`), startedAt),
      );
      lookup.cancel();
    });
    const running = { startedAt, timeout };
    /** What comes after the time is over, or after close, is not heard. */
    const settle = (how: () => void): void => {
      if (this.#running === running) how();
    };
    this.#startedAt = startedAt;
    this.#nextAt = Infinity;
    this.#running = running;
    lookup.find().then(
      (found) => settle(() => this.#answered(found, startedAt)),
      (error: unknown) => settle(() => this.#failed(error, startedAt)),
    );
  }

  #answered({ endpoints, ttlSeconds, name }: FoundPods, startedAt: number): void {
    const { host, minRefreshIntervalMs, refreshIntervalMs } = this.#options;
    this.#backoff = ERROR_BACKOFF;
    const ttlMs = ttlSeconds === undefined ? Infinity : ttlSeconds * 1_000;
    this.#done(Math.max(MIN_INTERVAL_MS, minRefreshIntervalMs, Math.min(refreshIntervalMs, ttlMs)));
    const attributes = { source: 'dns', name: host, ttlSeconds };
    this.#found = { state: { endpoints, lagMs: LAG_MS, attributes }, startedAt, told: false };
    this.#config?.ask(name);
    this.#tell();
  }

  /** Endpoints and config together: a call sees both as they were at one time (gRFC A21). */
  #tell(): void {
    const found = this.#found;
    const part = this.#config ? this.#config.part : {};
    if (!found || !part) return;
    found.told = true;
    this.#listener?.onState({ ...found.state, ...part }, found.startedAt);
  }

  #failed(error: unknown, startedAt: number): void {
    const { minRefreshIntervalMs, random, refreshIntervalMs } = this.#options;
    const cause = error instanceof Error ? error : new Error(String(error));
    const delayMs = Math.max(minRefreshIntervalMs, Math.min(this.#backoff.delayMs(random), refreshIntervalMs));
    this.#backoff = this.#backoff.next();
    this.#done(delayMs);
    // News of the config must not make an old answer look like one after this error.
    if (this.#found?.told === true) this.#found = undefined;
    this.#listener?.onError(cause, startedAt);
  }

  /** Plans the next look-up before the answer is told: whoever hears it may close the resolver, or ask for another. */
  #done(nextInMs: number): void {
    this.#running?.timeout.cancel();
    this.#running = undefined;
    this.#schedule(nextInMs);
    if (!this.#again) return;
    this.#again = false;
    this.refresh();
  }
}
