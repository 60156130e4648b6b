import { Writable } from 'node:stream';
import type { Logger } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, jest, test } from '@jest/globals';
import { ConsoleLogger, Logger as NestLogger } from '@nestjs/common';
import pino from 'pino';
import winston from 'winston';
import { createChannel } from '../create-channel.js';

// The real loggers, as people have them: what arrives is looked at where they write it.

const TARGET = 'ipv4:127.0.0.1:1';

/** Opens a breaker by hand, which is one line of the level warn, and closes the channel: two lines of the level info. */
function live(logger: Logger): void {
  const serviceConfig = { methodConfig: [{ name: [{}], fairlead: { circuitBreaker: {} } }] };
  const options = { logger, clock: new VirtualClock(), serviceConfig };
  const channel = createChannel(TARGET, grpc.credentials.createInsecure(), options);
  channel.breaker('/a.B/C')?.open();
  channel.close();
}

/** A stream that keeps what is written to it. */
function sink(): { readonly stream: Writable; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

const json = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const BREAKER = { path: '/a.B/C', from: 'closed', to: 'open', manual: true };
const BREAKER_TEXT = `${TARGET}: the circuit breaker of /a.B/C is open, by hand`;

describe('a logger is taken as it is:', () => {
  test('pino', () => {
    const { stream, text } = sink();
    live(pino({ base: null, timestamp: false }, stream));
    expect(json(text())).toEqual([
      { level: 40, msg: BREAKER_TEXT, code: 'breaker-open', target: TARGET, ...BREAKER },
      {
        level: 30,
        msg: `${TARGET}: IDLE → SHUTDOWN`,
        code: 'channel-shutdown',
        target: TARGET,
        from: 'IDLE',
        to: 'SHUTDOWN',
      },
      { level: 30, msg: `${TARGET}: closed, and everything is released`, code: 'channel-closed', target: TARGET },
    ]);
  });

  test('a child of pino', () => {
    const { stream, text } = sink();
    live(pino({ base: null, timestamp: false }, stream).child({ module: 'grpc' }));
    expect(json(text())[0]).toMatchObject({ module: 'grpc', code: 'breaker-open' });
  });

  test('winston', async () => {
    const { stream, text } = sink();
    const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] });
    live(logger);
    await new Promise((resolve) => setImmediate(resolve));
    expect(json(text())).toEqual([
      { level: 'warn', message: BREAKER_TEXT, code: 'breaker-open', target: TARGET, ...BREAKER },
      expect.objectContaining({ level: 'info', code: 'channel-shutdown' }),
      expect.objectContaining({ level: 'info', code: 'channel-closed' }),
    ]);
    logger.close();
  });

  test('console', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const info = jest.spyOn(console, 'info').mockImplementation(() => undefined);
    live(console);
    expect(warn.mock.calls).toEqual([[BREAKER_TEXT, { code: 'breaker-open', target: TARGET, ...BREAKER }]]);
    expect(info).toHaveBeenCalledTimes(2);
    jest.restoreAllMocks();
  });

  test('NestJS: ConsoleLogger', () => {
    const out = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    live(new ConsoleLogger({ json: true, colors: false }));
    const written = json(out.mock.calls.map(([chunk]) => String(chunk)).join(''));
    jest.restoreAllMocks();
    expect(written.map(({ level, context, message }) => ({ level, context, message }))).toEqual([
      {
        level: 'warn',
        context: 'Fairlead',
        message: { message: BREAKER_TEXT, code: 'breaker-open', target: TARGET, ...BREAKER },
      },
      { level: 'log', context: 'Fairlead', message: expect.objectContaining({ code: 'channel-shutdown' }) },
      { level: 'log', context: 'Fairlead', message: expect.objectContaining({ code: 'channel-closed' }) },
    ]);
  });

  test('NestJS: Logger, whatever it is made to write to', () => {
    const calls: unknown[][] = [];
    const note =
      (level: string) =>
      (...args: unknown[]): void =>
        void calls.push([level, ...args]);
    NestLogger.overrideLogger({ log: note('log'), warn: note('warn'), error: note('error') });
    live(new NestLogger());
    NestLogger.overrideLogger(true);
    expect(calls[0]).toEqual([
      'warn',
      { message: BREAKER_TEXT, code: 'breaker-open', target: TARGET, ...BREAKER },
      'Fairlead',
    ]);
  });
});

test('what is no logger is refused', () => {
  const logger = { write: () => undefined } as never;
  expect(() => createChannel(TARGET, grpc.credentials.createInsecure(), { logger })).toThrow(
    /^logger: .* \(expected: a logger: /,
  );
});
