import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Resolver, ResolverListener, Timer } from '@fairlead/core';
import { readEndpointFile } from './endpoint-file.js';
import { FolderWatch } from './folder-watch.js';
import { parseDocument } from './parse-document.js';

/** Who truncates a file and then writes it leaves it bad for a moment: what is bad is told when it is still so after this time. */
const SETTLE_MS = 200;

export interface FileResolverOptions {
  readonly path: string;
  /** How often the file is looked at, should the system not tell of a change, in ms. */
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** Reads a file at the start, whenever it changes, and whenever it is asked. */
export class FileResolver implements Resolver {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #watch: FolderWatch;
  #listener: ResolverListener | undefined;
  /** What was told last: the text, or what was wrong. */
  #told: string | undefined;
  #reading = false;
  #again = false;
  #asked = false;
  /** When it was found bad, and has been since. */
  #badSince: number | undefined;
  #retry: Timer | undefined;

  constructor({ clock, intervalMs, path }: FileResolverOptions) {
    this.#path = path;
    this.#clock = clock;
    this.#watch = new FolderWatch(dirname(path), intervalMs, clock);
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.#watch.start(() => this.#read());
    this.refresh();
  }

  refresh(): void {
    this.#asked = true;
    this.#read();
  }

  close(): void {
    this.#listener = undefined;
    this.#retry?.cancel();
    this.#watch.close();
  }

  /** Who asks while the file is being read gets an answer of a reading that begins later. */
  #read(): void {
    if (this.#reading) this.#again = true;
    else void this.#readNow();
  }

  async #readNow(): Promise<void> {
    const startedAt = this.#clock.now();
    const asked = this.#asked;
    this.#reading = true;
    this.#asked = false;
    try {
      const text = await readFile(this.#path, 'utf8');
      if (asked || text !== this.#told) await this.#tell(text, startedAt);
      this.#retry?.cancel();
      this.#retry = undefined;
      this.#badSince = undefined;
    } catch (error) {
      this.#failed(error as Error, startedAt, asked);
    }
    this.#reading = false;
    if (!this.#again) return;
    this.#again = false;
    if (this.#listener !== undefined) void this.#readNow();
  }

  async #tell(text: string, startedAt: number): Promise<void> {
    const { endpoints, serviceConfig } = readEndpointFile(await parseDocument(text, this.#path));
    this.#told = text;
    const attributes = { source: 'file', path: this.#path };
    this.#listener?.onState(
      { endpoints, ...(serviceConfig !== undefined && { serviceConfig }), attributes },
      startedAt,
    );
  }

  #failed(error: Error, startedAt: number, asked: boolean): void {
    if (this.#listener === undefined) return;
    this.#badSince ??= startedAt;
    const settlesInMs = this.#badSince + SETTLE_MS - startedAt;
    if (settlesInMs > 0) {
      // It may be in the middle of being written.
      this.#asked ||= asked;
      this.#retry ??= this.#clock.schedule(settlesInMs, () => {
        this.#retry = undefined;
        this.#read();
      });
      return;
    }
    const message = error.message.includes(this.#path) ? error.message : `${this.#path}: ${error.message}`;
    if (!asked && message === this.#told) return;
    this.#told = message;
    this.#listener.onError(new Error(message, { cause: error }), startedAt);
  }
}
