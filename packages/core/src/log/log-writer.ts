import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { FieldsLogger, LogFields, Logger, MessageLogger, NestLogger } from './logger.js';
import type { LogLevel } from './log-level.js';

/** Writes one line, in the way of the logger behind it. */
export type LogWriter = (level: LogLevel, message: string, fields: LogFields) => void;

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** NestJS shows it in front of the line. */
const CONTEXT = 'Fairlead';

const EXPECTED =
  'a logger: debug(), info(), warn() and error() (console, pino, winston), or log(), warn() and error() (NestJS)';

/**
 * Finds out in which way a logger wants its lines; see {@link Logger}.
 * @throws InvalidOptionError when it is none of those.
 */
export function logWriterOf(logger: unknown, name = 'logger'): LogWriter {
  const candidate = Object(logger) as Readonly<Record<string, unknown>>;
  const has = (method: string): boolean => typeof candidate[method] === 'function';
  if (LEVELS.every(has)) {
    return has('bindings') ? fieldsFirst(logger as FieldsLogger) : messageFirst(logger as MessageLogger);
  }
  if (!has('info') && ['log', 'warn', 'error'].every(has)) return toNest(logger as NestLogger);
  throw new InvalidOptionError(name, logger, EXPECTED);
}

/** For a table of option rules: the logger as it was given, or undefined. */
export function checkLogger(value: unknown, name: string): Logger | undefined {
  if (value === undefined) return undefined;
  logWriterOf(value, name);
  return value as Logger;
}

function messageFirst(logger: MessageLogger): LogWriter {
  return (level, message, fields) => void logger[level](message, fields);
}

function fieldsFirst(logger: FieldsLogger): LogWriter {
  return (level, message, fields) => void logger[level](fields, message);
}

/** As one object, because further arguments of Nest's are other messages, a stack or the context, by their types. */
function toNest(logger: NestLogger): LogWriter {
  return (level, message, fields) => {
    const method = level === 'info' ? 'log' : level;
    logger[method]?.({ message, ...fields }, CONTEXT);
  };
}
