/** How much a line of a log matters, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
