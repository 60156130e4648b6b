import type { Clock } from '../time/clock.js';
import type { EventCodeEntry } from './event-code.js';
import { LineLimit } from './line-limit.js';
import { logWriterOf, type LogWriter } from './log-writer.js';
import type { LogFields, Logger } from './logger.js';
import type { LogLevel } from './log-level.js';

/** One event, in words and in fields. */
export interface EventLine<C extends string = string> {
  readonly code: C;
  /** What it is about, when there are several: a member's address, a method's path. Lines are limited for each. */
  readonly subject?: string;
  readonly message: string;
  readonly fields?: LogFields;
}

/** What an {@link EventLog} is made from. */
export interface EventLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Stands in every line. */
  readonly target: string;
  /** Gives each code its level. */
  readonly codes: readonly EventCodeEntry[];
}

/**
 * Writes events to a logger: `code`, `target` and the event's fields, and a text for people. At most one line a second for
 * one code and subject; the next one has `omitted`, how many were left out before it.
 *
 * A logger that throws loses its lines and disturbs nothing; what it threw first is a warning of the process.
 */
export class EventLog {
  readonly #write: LogWriter;
  readonly #clock: Clock;
  readonly #target: string;
  readonly #levels: ReadonlyMap<string, LogLevel>;
  readonly #limit = new LineLimit();
  #complained = false;

  constructor({ logger, clock, target, codes }: EventLogOptions) {
    this.#write = logWriterOf(logger);
    this.#clock = clock;
    this.#target = target;
    this.#levels = new Map(codes.map(({ code, level }) => [code, level]));
  }

  write({ code, subject = '', message, fields }: EventLine): void {
    const omitted = this.#limit.admit(`${code} ${subject}`, this.#clock.now());
    if (omitted === undefined) return;
    const target = this.#target;
    // A code of somebody else who raises warnings through the pool is not in its table.
    const level = this.#levels.get(code) ?? 'warn';
    const suffix = omitted === 0 ? '' : ` (${omitted} more like this before)`;
    try {
      this.#write(level, `${target}: ${message}${suffix}`, {
        code,
        target,
        ...fields,
        ...(omitted > 0 && { omitted }),
      });
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    if (this.#complained) return;
    this.#complained = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`The logger of ${this.#target} threw, and its line is lost: ${reason}`, {
      code: 'FAIRLEAD_LOGGER',
    });
  }
}
