import { readFile } from 'node:fs/promises';
import type { Clock } from '@fairlead/core';
import { KubernetesConfigError } from '../errors/kubernetes-config-error.js';
import type { Material } from './cluster-config.js';

/**
 * A file is read again after this time: tokens are rotated at 80 % of their lifetime, CAs before they end. client-go keeps a
 * token for 60 s less 10 s of leeway. What a token says of its own end is not looked at: our wall clock may be wrong.
 */
export const KEEP_MS = 50_000;

/** What a file holds, or once for all the configuration. */
export class FreshFile {
  readonly #material: Material;
  readonly #clock: Clock;
  #text: string | undefined;
  #readAt = -Infinity;

  constructor(material: Material, clock: Clock) {
    this.#material = material;
    this.#clock = clock;
    if (material.kind === 'data') this.#text = material.data;
  }

  /** What it is for now: read again when it may have changed. A file that is gone for a moment is as it was. */
  async text(): Promise<string> {
    if (this.#material.kind === 'data' || this.#clock.now() - this.#readAt < KEEP_MS) return this.#text!;
    const { path } = this.#material;
    try {
      this.#text = (await readFile(path, 'utf8')).trim();
      this.#readAt = this.#clock.now();
    } catch (error) {
      if (this.#text === undefined) throw new KubernetesConfigError(path, 'it cannot be read', { cause: error });
    }
    return this.#text;
  }

  /** The next one who asks has it read again. */
  expire(): void {
    this.#readAt = -Infinity;
  }
}
