import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, ResolverNews, ResolverState, Timer } from '@fairlead/core';
import { encodeState } from './kept-state.js';

/** Changes are gathered for so long: a rolling update writes once a second, not once a pod. */
const GATHER_MS = 1_000;

export interface StateRecorderOptions {
  readonly path: string;
  readonly target: string;
  /** How often a state that does not change is confirmed, in ms. */
  readonly confirmIntervalMs: number;
  readonly fsync: boolean;
  readonly clock: Clock;
  readonly onNews: (news: ResolverNews) => void;
}

/** What is to be on disk. */
interface Kept {
  readonly state: ResolverState;
  readonly source: string;
  readonly asOfMs: number;
  /** Tells it from another one. */
  readonly text: string;
}

/**
 * Keeps the newest state on disk. The file is replaced at once and whole (a new one beside it, renamed), readable by its owner
 * alone: a process that dies meanwhile leaves the old one.
 */
export class StateRecorder {
  readonly #options: StateRecorderOptions;
  #newest: Kept | undefined;
  #written: string | undefined;
  #writtenAt = -Infinity;
  #timer: Timer | undefined;
  #dueAt = Infinity;
  #paused = false;
  #writing = false;
  #failing = false;
  #closed = false;

  constructor(options: StateRecorderOptions) {
    this.#options = options;
  }

  /** The source in use says so now. An empty state is not worth keeping. */
  record(state: ResolverState, source: string): void {
    if (state.endpoints.length === 0) return;
    const text = this.#textOf(state);
    if (text === undefined) return;
    this.#newest = { state, source, asOfMs: this.#options.clock.epochNow(), text };
    this.#paused = false;
    this.#plan();
  }

  /** The source in use fails: what it said last is not confirmed any more. A change that is not on disk yet still gets there. */
  pause(): void {
    this.#paused = true;
    this.#plan();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #plan(): void {
    if (this.#writing || this.#closed || this.#newest === undefined) return;
    const { clock, confirmIntervalMs } = this.#options;
    const changed = this.#newest.text !== this.#written;
    const dueAt = this.#writtenAt + (changed ? GATHER_MS : this.#paused ? Infinity : confirmIntervalMs);
    if (dueAt === this.#dueAt) return;
    this.#timer?.cancel();
    this.#dueAt = dueAt;
    if (dueAt === Infinity) return;
    this.#timer = clock.schedule(Math.max(0, dueAt - clock.now()), () => void this.#write());
  }

  /** A resolver may say what JSON cannot: a cycle, a BigInt. Its pods are no worse for it. */
  #textOf({ endpoints, serviceConfig }: ResolverState): string | undefined {
    try {
      return JSON.stringify([endpoints, serviceConfig]);
    } catch (error) {
      this.#warn(error as Error);
      return undefined;
    }
  }

  async #write(): Promise<void> {
    const { clock, target } = this.#options;
    const { state, source, asOfMs, text } = this.#newest!;
    this.#dueAt = Infinity;
    this.#writing = true;
    this.#written = text;
    this.#writtenAt = clock.now();
    try {
      await this.#replace(encodeState(target, source, state, this.#paused ? asOfMs : clock.epochNow()));
      this.#failing = false;
    } catch (error) {
      this.#warn(error as Error);
    }
    this.#writing = false;
    this.#plan();
  }

  async #replace(text: string): Promise<void> {
    const { path, fsync } = this.#options;
    // A folder of its own: nobody else can have put a file or a link there.
    const folder = await mkdtemp(join(dirname(path), '.fairlead-'));
    try {
      const fresh = join(folder, 'state.json');
      const file = await open(fresh, 'wx', 0o600);
      try {
        await file.writeFile(text);
        if (fsync) await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #warn({ message: reason }: Error): void {
    const { path, target } = this.#options;
    const message = `the pods of ${target} cannot be kept in ${path}: ${reason}`;
    if (!this.#failing && !this.#closed) {
      this.#options.onNews({ kind: 'warning', code: 'last-known-good-unwritable', message });
    }
    this.#failing = true;
  }
}
