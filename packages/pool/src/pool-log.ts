import { EventLog, type EventLogOptions } from '@fairlead/core';
import { logEvents } from './emitter-log.js';
import { POOL_EVENT_CODES } from './event-codes.js';
import { POOL_EVENT_LINES } from './event-lines.js';
import type { PoolEmitter } from './events.js';

/** Writes every event of a pool to a logger. */
export function logPool(events: PoolEmitter, to: Omit<EventLogOptions, 'codes'>): void {
  logEvents(events, POOL_EVENT_LINES, new EventLog({ ...to, codes: POOL_EVENT_CODES }));
}
