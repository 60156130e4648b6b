import type { Clock, Random, Timer } from '@fairlead/core';
import { LinkedAbort } from '../api/linked-abort.js';
import type { ListWatch, Query } from '../api/slice-api.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import { LineSplitter } from './line-splitter.js';
import { parseWatchEvent, undecodable, type WatchEvent } from './watch-event.js';

/** The server ends a watch after a time in this range, so that a crowd of clients does not come back at once. */
const TIMEOUT_SECONDS = { min: 300, max: 600 };
/** The server is late by no more than this. */
const TIMEOUT_LEEWAY_MS = 30_000;
/** Bookmarks come about every minute, where they come at all: after two of them are missing, nobody is there any more. */
const BOOKMARK_SILENCE_MS = 150_000;

/** What is known of a server from one watch to the next. */
export interface ServerHabits {
  /** It has a streaming list (`sendInitialEvents`, KEP-3157), as far as we know. */
  streamsLists: boolean;
  /** It has sent bookmarks while nothing happened. */
  sendsBookmarks: boolean;
}

/** What a stream is made from. */
export interface WatchStreamContext {
  readonly api: ListWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly habits: ServerHabits;
}

/**
 * One watch: a request whose answer goes on for minutes. A peer that has silently gone shows in nothing but its silence, so
 * it is watched for that.
 */
export class WatchStream {
  readonly #context: WatchStreamContext;
  readonly #abort: LinkedAbort;
  readonly #limitMs: number;
  readonly #timeoutSeconds: number;
  #body: AsyncIterable<Uint8Array> | undefined;
  #watchdog: Timer | undefined;
  #heardAt: number;
  /** `clock.now()` when it was asked for: some proxies keep the headers back until the first event. */
  readonly startedAt: number;

  private constructor(context: WatchStreamContext, parent: AbortSignal) {
    const { clock, habits, random } = context;
    const { min, max } = TIMEOUT_SECONDS;
    this.#context = context;
    this.#abort = new LinkedAbort(parent);
    this.#abort.signal.addEventListener('abort', () => this.#watchdog?.cancel(), { once: true });
    this.#timeoutSeconds = Math.floor(min + random.next() * (max - min));
    const patienceMs = this.#timeoutSeconds * 1_000 + TIMEOUT_LEEWAY_MS;
    this.#limitMs = habits.sendsBookmarks ? Math.min(BOOKMARK_SILENCE_MS, patienceMs) : patienceMs;
    this.startedAt = clock.now();
    this.#heardAt = this.startedAt;
  }

  /** Asks for a watch and waits until it is accepted. @throws KubernetesApiError */
  static async open(context: WatchStreamContext, query: Query, signal: AbortSignal): Promise<WatchStream> {
    const stream = new WatchStream(context, signal);
    stream.#guard(stream.#limitMs);
    const timeoutSeconds = stream.#timeoutSeconds;
    try {
      const asked = { allowWatchBookmarks: true, timeoutSeconds, ...query };
      stream.#body = await context.api.watch(asked, stream.#abort.signal);
      stream.#heardAt = context.clock.now();
      return stream;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /** When the server said something last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /**
   * The events, until the server, the network or our own impatience ends the stream: all of that is its ordinary end.
   * @throws KubernetesApiError for an error that the server tells in the stream, or one that cannot be read.
   */
  async *events(): AsyncGenerator<WatchEvent, void, undefined> {
    const lines = new LineSplitter();
    try {
      for await (const chunk of this.#body!) {
        this.#heardAt = this.#context.clock.now();
        for (const line of lines.push(chunk)) yield this.#noted(parseWatchEvent(line));
      }
    } catch (error) {
      if (error instanceof KubernetesApiError) throw error;
      if (error instanceof RangeError) throw undecodable(error);
      // A connection that broke off.
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#abort.abort();
  }

  #noted(event: WatchEvent): WatchEvent {
    if (event.kind === 'bookmark' && !event.initialEventsEnd) this.#context.habits.sendsBookmarks = true;
    return event;
  }

  #guard(delayMs: number): void {
    this.#watchdog = this.#context.clock.schedule(delayMs, () => {
      const silentMs = this.#context.clock.now() - this.#heardAt;
      if (silentMs >= this.#limitMs) this.close();
      else this.#guard(this.#limitMs - silentMs);
    });
  }
}
