import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock, Timer } from '@fairlead/core';

/** An editor or the kubelet does several things at once: the file is read when they are done. */
const GATHER_MS = 50;

/**
 * Says when something in a folder may have changed.
 *
 * The folder is watched, not the file: a file that is replaced (renamed over, or by the swap of the `..data` link of a ConfigMap)
 * is another one, and who watches the old one hears nothing any more. What `fs.watch` does not tell (a network file system, a
 * link to another folder, a folder that was made anew) is found by looking every `intervalMs`.
 */
export class FolderWatch {
  readonly #folder: string;
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #onChange: (() => void) | undefined;
  #watcher: FSWatcher | undefined;
  #watched: string | undefined;
  #gathering: Timer | undefined;
  #look: Timer | undefined;

  constructor(folder: string, intervalMs: number, clock: Clock) {
    this.#folder = folder;
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  start(onChange: () => void): void {
    this.#onChange = onChange;
    void this.#renew();
  }

  close(): void {
    this.#onChange = undefined;
    this.#gathering?.cancel();
    this.#look?.cancel();
    this.#watcher?.close();
  }

  /** Watches the folder that has the name now. */
  async #renew(): Promise<void> {
    // ext4 gives the number of a deleted folder to the next one.
    const identity = await stat(this.#folder, { bigint: true }).then(
      ({ dev, ino, birthtimeNs }) => `${dev}:${ino}:${birthtimeNs}`,
      () => undefined,
    );
    if (this.#onChange === undefined) return;
    if (identity !== this.#watched) this.#replaceWatcher(identity);
    this.#look = this.#clock.schedule(this.#intervalMs, () => {
      this.#onChange?.();
      void this.#renew();
    });
  }

  #replaceWatcher(identity: string | undefined): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
    if (identity === undefined) return;
    try {
      const watcher = watch(this.#folder, { persistent: false }, () => this.#gather());
      // Gone, or too many are watched: looking every now and then goes on.
      watcher.on('error', () => (this.#watched = undefined));
      this.#watcher = watcher;
      this.#watched = identity;
    } catch {
      return;
    }
    // What changed before it was watched.
    this.#gather();
  }

  #gather(): void {
    this.#gathering ??= this.#clock.schedule(GATHER_MS, () => {
      this.#gathering = undefined;
      this.#onChange?.();
    });
  }
}
