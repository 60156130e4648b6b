/** A cause may tell one line in this time, in ms. */
const INTERVAL_MS = 1_000;

/** Causes that are remembered. Of those beyond, the one that told a line longest ago is forgotten, and what it left out. */
const MAX_CAUSES = 1_000;

interface Cause {
  readonly toldAt: number;
  omitted: number;
}

/**
 * At most one line a second for each cause: a thousand pods that fail a hundred times a second are a thousand lines, and
 * the log stays readable when it matters. Nothing is kept for later, so there is no timer: the next line tells how many
 * were left out before it.
 */
export class LineLimit {
  /** The one that told a line longest ago is first. */
  readonly #causes = new Map<string, Cause>();

  /** @returns how many lines of this cause were left out since its last one; undefined when this one is left out, too. */
  admit(cause: string, now: number): number | undefined {
    const known = this.#causes.get(cause);
    if (known !== undefined && now - known.toldAt < INTERVAL_MS) {
      known.omitted += 1;
      return undefined;
    }
    this.#causes.delete(cause);
    this.#causes.set(cause, { toldAt: now, omitted: 0 });
    if (this.#causes.size > MAX_CAUSES) this.#forgetOldest();
    return known?.omitted ?? 0;
  }

  #forgetOldest(): void {
    for (const cause of this.#causes.keys()) {
      this.#causes.delete(cause);
      return;
    }
  }
}
