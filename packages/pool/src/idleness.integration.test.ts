import { expect, test } from '@jest/globals';
import { leakCheck } from '@fairlead/testing';
import { unary } from '../test/support/echo-server.js';
import { Harness, until } from '../test/support/harness.js';

test('an idle pool has no socket and no timer, and its next call connects it again', async () => {
  const harness = new Harness();
  const { port } = await harness.server();
  const check = leakCheck();
  const pool = harness.pool(`dns:///localhost:${port}`, { idleTimeoutMs: 1_000, refreshIntervalMs: 1_000 });
  expect(await unary(harness.client(pool), 'before')).toBe('before');
  await until(() => pool.snapshot().state === 'IDLE');
  await check.assertNothingLeft();
  const opened = harness.sockets.length;
  expect(await unary(harness.client(pool), 'after')).toBe('after');
  expect(harness.sockets.length).toBeGreaterThan(opened);
  await harness.close();
}, 30_000);
