import type { EventLine, EventLog } from '@fairlead/core';
import type { Emitter } from './emitter.js';

/** How each event of a table reads in a log. */
export type EventLines<T extends { readonly [E in keyof T]: readonly unknown[] }> = {
  readonly [E in keyof T & string]: (...args: T[E]) => EventLine;
};

/** Writes every event of an emitter to a log, from now on. */
export function logEvents<T extends { readonly [E in keyof T]: readonly unknown[] }>(
  emitter: Emitter<T>,
  lines: EventLines<T>,
  log: EventLog,
): void {
  for (const name of Object.keys(lines) as (keyof T & string)[]) {
    emitter.on(name, (...args) => log.write(lines[name](...args)));
  }
}
