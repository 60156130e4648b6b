import type { LogLevel } from './log-level.js';

/** What a line says beside its text. Plain data. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where log lines go: the loggers that people have, unchanged. Only `debug`, `info`, `warn` and `error` are called (`log` for
 * `info` on a {@link NestLogger}), as methods of the logger.
 *
 * - `console`, winston and whatever takes a text first: `info(message, fields)`.
 * - pino (Fastify's logger is one), known by its `bindings()`: `info(fields, message)`.
 * - NestJS (`Logger`, `ConsoleLogger`, nestjs-pino's and nest-winston's), known by having `log` and no `info`:
 *   `log({ message, …fields }, 'Fairlead')`.
 */
export type Logger = MessageLogger | FieldsLogger | NestLogger;

/** Takes the text first: `console`, winston. */
export type MessageLogger = {
  readonly [L in LogLevel]: (message: string, fields: LogFields) => unknown;
};

/** Takes the fields first: pino. */
export type FieldsLogger = {
  readonly [L in LogLevel]: (fields: LogFields, message: string) => unknown;
} & { bindings(): unknown };

/** NestJS's `LoggerService`. Lines of the level `debug` are left out where it has no such method. */
export interface NestLogger {
  log(message: unknown, context: string): unknown;
  warn(message: unknown, context: string): unknown;
  error(message: unknown, context: string): unknown;
  debug?(message: unknown, context: string): unknown;
}
