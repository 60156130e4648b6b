import { failureAccrual, type EventCodeEntry } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import { POOL_EVENT_CODES } from './event-codes.js';
import type { PoolOptions } from './options.js';

interface Line {
  readonly level: string;
  readonly text: string;
  readonly code: string;
  readonly [field: string]: unknown;
}

/** A pool in virtual time, and every line that it logs. */
function logging(options: PoolOptions = {}): { readonly virtual: VirtualPool; readonly lines: Line[] } {
  const lines: Line[] = [];
  const to =
    (level: string) =>
    (text: string, fields: object): void =>
      void lines.push({ level, text, ...fields } as Line);
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
  return { virtual: new VirtualPool({ logger, ...options }), lines };
}

const codes: readonly EventCodeEntry[] = POOL_EVENT_CODES;

/** What takes a real file or a real server: `credentials-renewal.test.ts`, `keepalive.test.ts`, `rotation.test.ts`, `orca/`. */
const SEEN_ELSEWHERE = [
  'balancing-policy-failed',
  'credentials-stale',
  'health-check-unused',
  'keepalive-throttled',
  'keepalive-unwatched',
  'load-reports-unimplemented',
  'resolver-attributes',
  'resolver-close-failed',
  'resolver-duplicates',
  'rotation-paused',
  'service-config-unknown',
  'too-many-pings',
];

/** A life in which every other code happens. */
async function wholeLife(): Promise<Line[]> {
  const graces = { maxConnectionAgeGraceMs: 100, drainGraceMs: 500 };
  const balancing = failureAccrual({ consecutiveFailures: 1, initialBackoffMs: 1 });
  const { virtual, lines } = logging({ balancing, maxConnectionAgeMs: 1_000, ...graces, idleTimeoutMs: 60_000 });
  virtual.pool.connect();
  virtual.resolver.push([pod(1)]);
  virtual.channel(1).ready();
  virtual.clock.advance(1_100);
  virtual.call();
  virtual.channel(1).ready();
  virtual.clock.advance(1_100);
  virtual.channel(1).refuse();
  await turn();
  virtual.channels[1]!.lose();
  virtual.channel(1).refuse('connect ECONNREFUSED');
  await turn();
  virtual.resolver.push({ endpoints: [pod(1)], serviceConfig: {}, attributes: {} });
  virtual.pool.takeServiceConfigs(() => {
    throw new Error('invalid');
  });
  virtual.resolver.push({ endpoints: [pod(1)], serviceConfig: {}, attributes: {} });
  virtual.resolver.push([]);
  virtual.resolver.fail(new Error('SERVFAIL'));
  virtual.resolver.tellNews({ kind: 'source', from: 'a', to: 'b', worse: true, cause: '503' });
  virtual.resolver.tellNews({ kind: 'source', from: 'b', to: 'a', worse: false, cause: undefined });
  const hosts = ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'];
  virtual.resolver.tellNews({ kind: 'disagreement', active: true, unconfirmed: hosts, missed: ['2.2.2.2'] });
  virtual.resolver.tellNews({ kind: 'disagreement', active: false, unconfirmed: [], missed: [] });
  virtual.resolver.tellNews({ kind: 'warning', code: 'last-known-good-unwritable', message: 'EACCES' });
  virtual.clock.advance(2_000);
  virtual.channel(1).ready();
  virtual.call();
  virtual.clock.block(300);
  virtual.clock.advance(0);
  virtual.resolver.push([pod(2), pod(3)]);
  virtual.clock.advance(500);
  await turn();
  virtual.resolver.push([pod(2)]);
  virtual.channel(2).ready();
  for (const code of [14, 0]) {
    virtual.call();
    virtual.channel(2).calls.at(-1)!.end(code);
    virtual.clock.advance(10);
  }
  virtual.pool.setHealthCheck('');
  virtual
    .channel(2)
    .calls.at(-1)!
    .respond(Buffer.from([8, 2]));
  virtual.pool.setHealthCheck('other');
  virtual.channel(2).calls.at(-1)!.end(12);
  virtual.clock.advance(60_000);
  virtual.pool.close();
  return lines;
}

describe('the log of a pool', () => {
  test('says what the sources of a resolver do', async () => {
    const texts = (await wholeLife())
      .filter(({ code }) => /^resolver-(f|rec|dis|agr)/.test(code))
      .map(({ text }) => text);
    expect(texts).toEqual([
      'test:///pods: the pods are those of b from now on, because of 503',
      'test:///pods: the pods are those of a from now on',
      'test:///pods: the sources of pods disagree: not confirmed 1.1.1.1, 1.1.1.2, 1.1.1.3, …; missed 2.2.2.2',
      'test:///pods: the sources of pods agree again',
    ]);
  });

  test('has a line for every event, with the level and the fields of its code', async () => {
    const lines = await wholeLife();
    for (const { code, level, text, ...fields } of lines) {
      const entry = codes.find((one) => one.code === code);
      const known = ['target', 'omitted', ...(entry?.fields ?? [])];
      expect([code, level, Object.keys(fields).filter((field) => !known.includes(field))]).toEqual([
        code,
        entry?.level,
        [],
      ]);
      expect([fields['target'], text.startsWith('test:///pods: ')]).toEqual(['test:///pods', true]);
    }
    const missing = codes.filter(({ code }) => !lines.some((line) => line.code === code));
    expect(missing.map(({ code }) => code)).toEqual(SEEN_ELSEWHERE);
  });

  test('says what happened to which pod, and why', async () => {
    const lines = await wholeLife();
    const failed = lines.find(({ code }) => code === 'member-failed');
    expect(failed).toMatchObject({
      level: 'warn',
      member: '10.0.0.1:50051',
      to: 'transient-failure',
      cause: expect.stringContaining('ECONNREFUSED'),
    });
    expect(failed?.text).toContain('pod 10.0.0.1:50051 failed: ');
    expect(lines.find(({ code }) => code === 'member-unhealthy')).toMatchObject({
      text: 'test:///pods: pod 10.0.0.2:50051 is unhealthy (NOT_SERVING)',
      from: 'ready',
      to: 'transient-failure',
      cause: '10.0.0.2:50051 is unhealthy (NOT_SERVING)',
    });
  });

  test('keeps to one line a second for one cause', () => {
    const { virtual, lines } = logging();
    virtual.pool.connect();
    for (let n = 0; n < 100; n += 1) virtual.resolver.fail(new Error('SERVFAIL'));
    virtual.clock.advance(1_000);
    virtual.resolver.fail(new Error('SERVFAIL'));
    const errors = lines.filter(({ code }) => code === 'resolver-error');
    expect(errors.map(({ omitted }) => omitted)).toEqual([undefined, 99]);
  });
});

test('without a logger, no event is built', () => {
  const virtual = VirtualPool.ready(1);
  virtual.pool.warn('mine', 'nobody listens');
  expect(virtual.pool.snapshot().state).toBe('READY');
});
