import { conditionOf, type ApiCondition } from '../api/api-status.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import { ApiBackoff } from './api-backoff.js';
import { initialStream } from './initial-stream.js';
import { listAll } from './list-all.js';
import { Pause } from './pause.js';
import { ResourceVersion } from './resource-version.js';
import { WatchStream, type WatchStreamContext } from './watch-stream.js';
import type { WatchEvent } from './watch-event.js';

/** Where a reflector puts what it sees. Nobody is called after `close()`. */
export interface ReflectorSink {
  /** All objects there are, by a look-up begun at `startedAt`. What is not among them is gone. */
  replace(objects: readonly unknown[], startedAt: number): void;
  /** An object is new or has changed. */
  put(object: unknown): void;
  /** An object is gone. */
  drop(object: unknown): void;
  /** What is known is true as of `startedAt`, and whoever asked for that, or heard of a failure, should be told. */
  confirm(startedAt: number): void;
  /** A look-up begun at `startedAt` failed. It is repeated. */
  failed(error: Error, startedAt: number): void;
}

/** A watch that said something within this time is taken at its word when somebody asks; an older silence is looked into. */
const RECENT_MS = 5_000;
/** A watch that ends sooner and has not come further never was one (client-go: "very short watch"). */
const SHORTEST_WATCH_MS = 1_000;
/** Internal errors of the server are answered by another watch for this long, then by a list. */
const INTERNAL_ERRORS_MS = 30_000;
/** After these the watch goes on from where it was: nothing speaks against the version. */
const KEEPS_VERSION: ReadonlySet<ApiCondition> = new Set<ApiCondition>(['busy', 'refused', 'internal']);
/** Lists that follow one another no sooner than this need no wait between them. */
const QUICK_RELIST_MS = 10_000;

/**
 * Keeps a sink equal to one collection of the API server: a list, then a watch from where the list ends, for ever. The rules
 * are those of client-go's `Reflector`, with the differences that our users would feel:
 *
 * - an expired watch that was good for 10 s is followed by a list at once, not after a wait;
 * - internal errors of the server are waited for between attempts;
 * - a server that never ends a streamed list is asked for an ordinary one.
 */
export class Reflector {
  readonly #context: WatchStreamContext;
  readonly #sink: ReflectorSink;
  readonly #version = new ResourceVersion();
  readonly #backoff: ApiBackoff;
  readonly #pause: Pause;
  #round = new AbortController();
  #closed = false;
  /** The watch that keeps the sink current. */
  #watching: WatchStream | undefined;
  /** When the newest request was begun. */
  #attemptAt = -Infinity;
  #listedAt = -Infinity;
  /** Somebody waits for an answer that begins no earlier. */
  #owedSince: number | undefined;
  #troubled = false;
  #internalErrorsSince: number | undefined;
  /** The server pages even what could come from its cache: there is no cache. */
  #alwaysPaged = false;

  constructor(context: WatchStreamContext, sink: ReflectorSink) {
    this.#context = context;
    this.#sink = sink;
    this.#backoff = new ApiBackoff(context.clock, context.random);
    this.#pause = new Pause(context.clock);
  }

  start(): void {
    void this.#run();
  }

  /** Has the state confirmed, or a failure told: by what the watch said just now, or else by a new list. */
  refresh(doubted = false): void {
    const now = this.#context.clock.now();
    const silentMs = this.#watching === undefined ? Infinity : now - this.#watching.heardAt;
    if (silentMs <= RECENT_MS && !doubted) return this.#sink.confirm(now);
    this.#owedSince = now;
    if (this.#watching !== undefined) {
      // The newest state there is, not the newest of a cache that may be as stuck as the watch.
      this.#version.lose();
      this.#round.abort();
    }
    this.#pause.hurry(Math.max(now, this.#attemptAt + RECENT_MS));
  }

  close(): void {
    this.#closed = true;
    this.#round.abort();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#round = new AbortController();
      const { signal } = this.#round;
      const error = await this.#listAndWatch(signal).then(() => undefined, asError);
      if (signal.aborted) continue;
      const quick = error === undefined && this.#context.clock.now() - this.#listedAt >= QUICK_RELIST_MS;
      if (!quick) await this.#wait(error, signal);
    }
  }

  /** Ends without an error when a list is to follow. */
  async #listAndWatch(signal: AbortSignal): Promise<void> {
    this.#begin();
    const streamed = await initialStream(this.#context, this.#version, signal);
    if (streamed === undefined) {
      await this.#list(signal);
    } else {
      this.#adopt(streamed.items, streamed.version, streamed.stream.startedAt, signal);
    }
    await this.#watch(streamed && { ...streamed, ordered: true }, signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { api } = this.#context;
    const startedAt = this.#begin();
    const version = this.#version.forList();
    const paged = version === '' || version === '0' || this.#alwaysPaged;
    const listing = await listAll(api, version, paged, signal).catch((error: unknown) => {
      const condition = conditionOf(error);
      if (version === '' || (condition !== 'expired' && condition !== 'too-large')) throw error;
      this.#version.lose();
      return listAll(api, '', true, signal);
    });
    if (version === '0' && listing.paged) this.#alwaysPaged = true;
    this.#adopt(listing.items, listing.version, startedAt, signal);
  }

  #adopt(items: readonly unknown[], version: string, startedAt: number, signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#version.adopt(version);
    this.#listedAt = this.#context.clock.now();
    this.#sink.replace(items, startedAt);
    this.#settle(startedAt);
  }

  async #watch(first: Opened | undefined, signal: AbortSignal): Promise<void> {
    let opened = first;
    for (;;) {
      const error = await this.#oneWatch(opened, signal);
      opened = undefined;
      signal.throwIfAborted();
      if (error === undefined) continue;
      const condition = conditionOf(error);
      if (condition === 'expired') return;
      if (!KEEPS_VERSION.has(condition) || (condition === 'internal' && !this.#mayRepeatInternal())) throw error;
      await this.#wait(error, signal);
      signal.throwIfAborted();
    }
  }

  /** @returns why it ended, when that was not the ordinary end. */
  async #oneWatch(opened: Opened | undefined, signal: AbortSignal): Promise<Error | undefined> {
    try {
      return await this.#consume(opened ?? (await this.#open(signal)), signal);
    } catch (error) {
      return asError(error);
    }
  }

  async #open(signal: AbortSignal): Promise<Opened> {
    const startedAt = this.#begin();
    const version = this.#version.last;
    const stream = await WatchStream.open(this.#context, { resourceVersion: version || undefined }, signal);
    this.#settle(startedAt);
    // From nowhere, the first events are all that there is, in no order.
    return { stream, events: stream.events(), ordered: version !== '' && version !== '0' };
  }

  /** @returns an error when it was too short to be a watch. */
  async #consume({ stream, events, ordered }: Opened, signal: AbortSignal): Promise<Error | undefined> {
    const before = this.#version.last;
    let onlyAdded = true;
    this.#watching = stream;
    try {
      for (let next = await events.next(); next.done !== true; next = await events.next()) {
        if (signal.aborted) return undefined;
        const { value } = next;
        onlyAdded &&= value.kind === 'put' && value.added;
        this.#internalErrorsSince = undefined;
        this.#apply(value);
        if (value.version !== undefined && (ordered || !onlyAdded)) this.#version.advance(value.version);
      }
    } finally {
      this.#watching = undefined;
      stream.close();
    }
    const lifeMs = this.#context.clock.now() - stream.startedAt;
    if (this.#version.last !== before || lifeMs >= SHORTEST_WATCH_MS) return undefined;
    const life = Math.round(lifeMs);
    return new KubernetesApiError(`cannot watch endpointslices: the watch ended after ${life} ms, without an event`);
  }

  #apply(event: WatchEvent): void {
    if (event.kind === 'put') this.#sink.put(event.object);
    if (event.kind === 'delete') this.#sink.drop(event.object);
  }

  #mayRepeatInternal(): boolean {
    const now = this.#context.clock.now();
    this.#internalErrorsSince ??= now;
    return now - this.#internalErrorsSince < INTERNAL_ERRORS_MS;
  }

  #begin(): number {
    this.#attemptAt = this.#context.clock.now();
    return this.#attemptAt;
  }

  /** A request begun at `startedAt` was answered. */
  #settle(startedAt: number): void {
    const owed = this.#owedSince !== undefined && startedAt >= this.#owedSince;
    if (owed) this.#owedSince = undefined;
    if (owed || this.#troubled) this.#sink.confirm(startedAt);
    this.#troubled = false;
  }

  /** @param error undefined when the watch has only expired, too soon after the list before. */
  async #wait(error: Error | undefined, signal: AbortSignal): Promise<void> {
    const { delayMs, firm } = this.#backoff.pause(error);
    if (error !== undefined) {
      this.#troubled = true;
      if (this.#owedSince !== undefined && this.#attemptAt >= this.#owedSince) this.#owedSince = undefined;
      this.#sink.failed(error, this.#attemptAt);
    }
    // Whoever heard of the failure may have closed us.
    if (!signal.aborted) await this.#pause.wait(delayMs, firm, signal);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** A watch that the server has accepted. */
interface Opened {
  readonly stream: WatchStream;
  readonly events: AsyncGenerator<WatchEvent, void, undefined>;
  /** It began at a version, so that every event is newer than those before. */
  readonly ordered: boolean;
}
