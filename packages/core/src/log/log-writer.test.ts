import { expect, test } from '@jest/globals';
import { checkLogger, logWriterOf } from './log-writer.js';
import type { Logger } from './logger.js';

const noop = (): void => undefined;

/** A logger with these methods that notes its calls, and that it was called as a method. */
function recorder(...methods: readonly string[]): { readonly logger: Logger; readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const logger = {};
  for (const method of methods) {
    Object.assign(logger, {
      [method](this: unknown, ...args: unknown[]) {
        calls.push([method, this === logger, ...args]);
      },
    });
  }
  return { logger: logger as Logger, calls };
}

test('the text goes first, then the fields', () => {
  const { logger, calls } = recorder('debug', 'info', 'warn', 'error', 'log');
  logWriterOf(logger)('info', 'text', { code: 'a' });
  expect(calls).toEqual([['info', true, 'text', { code: 'a' }]]);
});

test('the fields go first for a logger with bindings(), as pino has it', () => {
  const { logger, calls } = recorder('debug', 'info', 'warn', 'error', 'bindings');
  logWriterOf(logger)('warn', 'text', { code: 'a' });
  expect(calls).toEqual([['warn', true, { code: 'a' }, 'text']]);
});

test('NestJS is given one object and its context; info is its log', () => {
  const { logger, calls } = recorder('log', 'warn', 'error');
  const write = logWriterOf(logger);
  for (const level of ['info', 'warn', 'error', 'debug'] as const) write(level, 'text', { code: 'a' });
  const object = { message: 'text', code: 'a' };
  expect(calls).toEqual([
    ['log', true, object, 'Fairlead'],
    ['warn', true, object, 'Fairlead'],
    ['error', true, object, 'Fairlead'],
  ]);
});

test.each([null, 5, 'console', {}, noop, { info: noop, warn: noop, error: noop }, { log: noop, warn: noop }])(
  'what is no logger (%p) is refused',
  (value) => {
    expect(() => checkLogger(value, 'logger')).toThrow(/^logger: .* \(expected: a logger: debug\(\), info\(\)/);
  },
);

test('none is none, and a logger stays as it is', () => {
  expect(checkLogger(undefined, 'logger')).toBeUndefined();
  expect(checkLogger(console, 'logger')).toBe(console);
});
