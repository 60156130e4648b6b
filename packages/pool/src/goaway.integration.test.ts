import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { attachAttemptContext } from '@fairlead/core';
import { RawServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { unary } from '../test/support/echo-server.js';
import { Harness, until } from '../test/support/harness.js';
import type { Pool } from './pool.js';

const ALL_SO_FAR = 2 ** 31 - 1;
const ENHANCE_YOUR_CALM = 11;
const LIVED_MS = 120;

describe('GOAWAY', () => {
  let harness: Harness;
  let server: RawServer;
  let pool: Pool;
  /** Calls of which it was said that their connection ended with them. */
  let sentAway: number;

  beforeEach(async () => {
    harness = new Harness();
    sentAway = 0;
    server = await RawServer.start();
    pool = harness.pool(`ipv4:${server.address}`, { 'grpc.initial_reconnect_backoff_ms': 100 });
  });

  afterEach(async () => {
    await server.close();
    await harness.close();
  });

  /** A connection that has lived long enough to be replaced at once. It has used stream 1. */
  async function connected(): Promise<void> {
    await unary(harness.client(pool), 'warm');
    await new Promise((resolve) => setTimeout(resolve, LIVED_MS));
  }

  /** Begins calls that the server never answers: streams 3, 5, … Answers how each has failed so far. */
  async function hang(count: number): Promise<(string | undefined)[]> {
    const failures: (string | undefined)[] = Array.from({ length: count }, () => undefined);
    for (let index = 0; index < count; index += 1) {
      server.next({ kind: 'hang' });
      const metadata = new grpc.Metadata();
      const onFailed = (failure: string): void => void (failures[index] = failure);
      const onWentAway = (): void => void (sentAway += 1);
      attachAttemptContext(metadata, { tried: new Set(), onPicked: () => undefined, onWentAway, onFailed });
      harness.client(pool).unary(Buffer.from('x'), metadata, {}, () => undefined);
      await until(() => server.calls.length === index + 2);
    }
    return failures;
  }

  test.each([
    ['NO_ERROR, of the newest stream', {}],
    ['NO_ERROR, of all streams so far, as the first step of two', { lastStreamId: ALL_SO_FAR }],
    ['NO_ERROR, of no stream', { lastStreamId: 0 }],
    ['NO_ERROR with max_age', { debugData: 'max_age' }],
    ['ENHANCE_YOUR_CALM', { code: ENHANCE_YOUR_CALM }],
    ['ENHANCE_YOUR_CALM with too_many_pings', { code: ENHANCE_YOUR_CALM, debugData: 'too_many_pings' }],
  ])('%s: the replacement connects at once and gets every later call', async (_, frame) => {
    await connected();
    server.goaway(frame);
    await until(() => server.accepted === 2);
    await Promise.all(Array.from({ length: 10 }, () => unary(harness.client(pool), 'x')));
    expect(server.calls.slice(1).map((call) => call.connection)).toEqual(Array.from({ length: 10 }, () => 2));
    expect(pool.snapshot().members).toMatchObject([{ connectivity: 'ready', inFlight: 0 }]);
  });

  test('refuses the streams above its last one, and those only; a close ends the others as maybe processed', async () => {
    await connected();
    const failures = await hang(3);
    server.goaway({ lastStreamId: 3 });
    await until(() => failures[1] !== undefined && failures[2] !== undefined);
    expect(failures).toEqual([undefined, 'refused', 'refused']);
    expect(sentAway).toBe(2);
    await until(() => server.accepted === 2);
    expect(pool.snapshot().members[0]!.inFlight).toBe(1);
    server.cut();
    await until(() => failures[0] !== undefined);
    expect(failures[0]).toBe('maybe-processed');
    expect(sentAway).toBe(2);
  });

  test('in two steps refuses at the second what came too late for it', async () => {
    await connected();
    const failures = await hang(2);
    server.goaway({ lastStreamId: ALL_SO_FAR, debugData: 'max_age' });
    await until(() => server.accepted === 2);
    expect(failures).toEqual([undefined, undefined]);
    server.goaway({ lastStreamId: 3, debugData: 'max_age' });
    await until(() => failures[1] !== undefined);
    expect(failures).toEqual([undefined, 'refused']);
  });

  test.each([0, ENHANCE_YOUR_CALM])('of code %i followed by a close leaves no call without an end', async (code) => {
    await connected();
    const failures = await hang(3);
    server.goaway({ code });
    server.cut();
    await until(() => !failures.includes(undefined));
    await until(() => pool.snapshot().members[0]!.connectivity === 'ready');
    expect(await unary(harness.client(pool), 'x')).toBe('');
    expect(pool.snapshot().members[0]!.inFlight).toBe(0);
  });
});
