import { count, durationMs, resolveOptions, type ResolvedOptions } from '@fairlead/core';

/** Options of {@link crossCheck}. */
export interface CrossCheckOptions {
  /** Time between look-ups, ±20 %, in ms. Default 60 000, at least 1 000. */
  readonly intervalMs?: number;
  /** A pod that came or went less than this before a look-up is not missed in it, in ms: caches. Default 30 000, at least 0. */
  readonly settleMs?: number;
  /** In so many look-ups, one after the other, the same pod must differ until that is told. Default 3, at least 1. */
  readonly disagreements?: number;
  /** How long a look-up may take, in ms. Then it says nothing. Default 10 000, 100 to 600 000. */
  readonly timeoutMs?: number;
}

const RULES = {
  intervalMs: durationMs({ default: 60_000, min: 1_000 }),
  settleMs: durationMs({ default: 30_000 }),
  disagreements: count({ default: 3, min: 1 }),
  timeoutMs: durationMs({ default: 10_000, min: 100, max: 600_000 }),
};

/** Every option, checked and with its default. */
export type ResolvedCrossCheckOptions = ResolvedOptions<typeof RULES>;

/** @throws InvalidOptionError */
export function resolveCrossCheckOptions(options: unknown): ResolvedCrossCheckOptions {
  return resolveOptions(options, RULES, 'crossCheck');
}
