import { bool, durationMs, resolveOptions, type ResolvedOptions } from '@fairlead/core';

/** Options of {@link fallback}. */
export interface FallbackOptions {
  /**
   * How long a source may take for its first answer, and for one that was asked for, in ms. Then it counts as failing; what it
   * answers later is taken. Default 5 000, 100 to 600 000.
   */
  readonly answerTimeoutMs?: number;
  /**
   * How long the source in use may fail until the next one is asked, in ms: its last good answer stays meanwhile. Default
   * 10 000, 0 to 3 600 000. Not waited for before the first good answer, nor when pods are lost while it fails: then the next one
   * is used as soon as it answers.
   */
  readonly failAfterMs?: number;
  /**
   * How long a better source must have answered well until it is used again, in ms. Default 10 000, 0 to 3 600 000. Not waited
   * for when what is in use was kept on disk.
   */
  readonly recoverAfterMs?: number;
  /** An answer without any pod counts as a failure. Default `false`: it is an answer, and the pool keeps its last pods. */
  readonly emptyFails?: boolean;
}

const RULES = {
  answerTimeoutMs: durationMs({ default: 5_000, min: 100, max: 600_000 }),
  failAfterMs: durationMs({ default: 10_000, max: 3_600_000 }),
  recoverAfterMs: durationMs({ default: 10_000, max: 3_600_000 }),
  emptyFails: bool({ default: false }),
};

/** Every option, checked and with its default. */
export type ResolvedFallbackOptions = ResolvedOptions<typeof RULES>;

/** @throws InvalidOptionError */
export function resolveFallbackOptions(options: unknown): ResolvedFallbackOptions {
  return resolveOptions(options, RULES, 'fallback');
}
