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

/**
 * Keeps the newest state on disk. The file is replaced at once and whole (a new one beside it, renamed), readable by its owner
 * alone: a process that dies meanwhile leaves the old one.
 */
export class StateRecorder {
  readonly #options: StateRecorderOptions;
  #newest: { readonly state: ResolverState; readonly source: string } | undefined;
  #written: string | undefined;
  #writtenAt = -Infinity;
  #timer: Timer | undefined;
  #writing = false;
  #failing = false;
  #closed = false;

  constructor(options: StateRecorderOptions) {
    this.#options = options;
  }

  /** The source in use says so now. An empty state is not worth keeping. */
  record(state: ResolverState, source: string): void {
    if (state.endpoints.length === 0) return;
    this.#newest = { state, source };
    this.#plan();
  }

  /** The source in use fails: what it said last is not confirmed any more. */
  pause(): void {
    this.#newest = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  close(): void {
    this.#closed = true;
    this.pause();
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#writing || this.#closed || this.#newest === undefined) return;
    const { clock, confirmIntervalMs } = this.#options;
    const changed = this.#fingerprint() !== this.#written;
    const delayMs = this.#writtenAt + (changed ? GATHER_MS : confirmIntervalMs) - clock.now();
    this.#timer = clock.schedule(Math.max(0, delayMs), () => {
      this.#timer = undefined;
      void this.#write();
    });
  }

  #fingerprint(): string {
    const { endpoints, serviceConfig } = this.#newest!.state;
    return JSON.stringify([endpoints, serviceConfig]);
  }

  async #write(): Promise<void> {
    const { clock, path, target } = this.#options;
    const { state, source } = this.#newest!;
    this.#writing = true;
    this.#written = this.#fingerprint();
    this.#writtenAt = clock.now();
    try {
      await this.#replace(encodeState(target, source, state, clock.epochNow()));
      this.#failing = false;
    } catch (error) {
      this.#warn(`the pods of ${target} cannot be kept in ${path}: ${(error as Error).message}`);
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

  #warn(message: string): void {
    if (!this.#failing && !this.#closed) {
      this.#options.onNews({ kind: 'warning', code: 'last-known-good-unwritable', message });
    }
    this.#failing = true;
  }
}
