import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RawServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { Harness, until } from '../../test/support/harness.js';
import type { Pool } from '../pool.js';

const ENHANCE_YOUR_CALM = 11;

let harness: Harness;
let server: RawServer;

beforeEach(async () => {
  harness = new Harness();
  server = await RawServer.start();
  // It logs each complaint as an error.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
});

afterEach(async () => {
  grpc.setLogVerbosity(grpc.logVerbosity.ERROR);
  await server.close();
  await harness.close();
});

/** A call that waits out the backoff: connections of this test live for a moment only. */
function call(pool: Pool): Promise<unknown> {
  const metadata = new grpc.Metadata({ waitForReady: true });
  return new Promise((resolve, reject) => {
    harness
      .client(pool)
      .unary(Buffer.from('x'), metadata, {}, (error, reply) => (error ? reject(error) : resolve(reply)));
  });
}

// Also the guard of http2-session.ts: it fails when grpc-js keeps its session elsewhere.
test('too_many_pings of a server doubles the interval for the connection that follows, and again', async () => {
  const pool = harness.pool(`ipv4:${server.address}`, {
    keepaliveTimeMs: 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
  });
  const told: unknown[] = [];
  pool.on('keepaliveThrottled', (change) => told.push(change));
  pool.on('warning', ({ code }) => told.push(code));
  const endpoint = { id: server.address, addresses: [expect.anything()], attributes: {} };
  for (const [round, fromMs] of [10_000, 20_000].entries()) {
    await call(pool);
    server.goaway({ code: ENHANCE_YOUR_CALM });
    await until(() => server.accepted === 2 * round + 2);
    await call(pool);
    expect(told).toHaveLength(2 * round);
    server.goaway({ code: ENHANCE_YOUR_CALM, debugData: 'too_many_pings' });
    await until(() => server.accepted === 2 * round + 3);
    expect(told.slice(2 * round)).toEqual([{ endpoint, fromMs, toMs: 2 * fromMs }, 'too-many-pings']);
  }
}, 60_000);
