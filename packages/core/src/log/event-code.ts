import type { LogLevel } from './log-level.js';

/**
 * One row of a package's table of events. Every package that has events keeps such a table, and a test that compares it
 * with its section of `docs/reference/events.md` in both directions.
 */
export interface EventCodeEntry {
  /** Stable: compare it, not the text of a line. */
  readonly code: string;
  /** Name of the event that is told with this code. */
  readonly event: string;
  /** The level of its line in a log. */
  readonly level: LogLevel;
  /** When it is told: one sentence for the reference. */
  readonly when: string;
  /** Names of the fields of its line, beside `code` and `target`. */
  readonly fields: readonly string[];
}
