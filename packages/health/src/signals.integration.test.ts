import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PodProcess } from '../test/pod-process.js';
import { connect, type TestClient } from '../test/test-server.js';
import type { GracefulShutdownOptions } from './index.js';

let leaks: LeakCheck;
const pods: PodProcess[] = [];
const clients: TestClient[] = [];

async function podWith(options: GracefulShutdownOptions) {
  const pod = new PodProcess(options);
  pods.push(pod);
  const client = connect(await pod.address());
  clients.push(client);
  return { pod, client };
}

async function withEndlessStream(client: TestClient): Promise<void> {
  const stream = client.endless();
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('data', resolve));
}

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const pod of pods.splice(0)) pod.kill();
  await leaks.assertNothingLeft();
});

describe('signals, in a process of its own', () => {
  test('SIGTERM drains, and the process ends by itself when nothing is left open', async () => {
    const { pod, client } = await podWith({ propagationDelayMs: 100 });
    const watch = client.watch('');
    expect(await client.check('')).toBe('SERVING');
    await pod.terminate();
    expect(await pod.exit).toEqual({ code: 0, signal: null });
    expect(pod.report).toMatchObject({ trigger: 'SIGTERM', outcome: 'drained' });
    expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']);
  }, 20_000);

  test('a second SIGTERM during the delay forces the end at once', async () => {
    const { pod, client } = await podWith({ propagationDelayMs: 600_000, exitProcess: true });
    await withEndlessStream(client);
    await pod.terminate();
    await pod.terminate();
    expect(await pod.exit).toEqual({ code: 1, signal: null });
    expect(pod.report).toMatchObject({ outcome: 'forced', drainMs: 0 });
  }, 20_000);

  test('a second SIGTERM during the drain forces the end at once', async () => {
    const { pod, client } = await podWith({ propagationDelayMs: 0, drainTimeoutMs: 600_000, exitProcess: true });
    await withEndlessStream(client);
    await pod.terminate();
    await pod.terminate();
    expect(await pod.exit).toEqual({ code: 1, signal: null });
    expect(pod.report).toMatchObject({ outcome: 'forced' });
  }, 20_000);

  test('a stream that never ends does not keep the process beyond the deadline', async () => {
    const { pod, client } = await podWith({ propagationDelayMs: 50, drainTimeoutMs: 200, exitProcess: true });
    await withEndlessStream(client);
    await pod.terminate();
    expect(await pod.exit).toEqual({ code: 1, signal: null });
    expect(pod.report).toMatchObject({ outcome: 'deadline' });
  }, 20_000);

  test('a process that drained exits with 0 when it is told to exit', async () => {
    const { pod, client } = await podWith({ propagationDelayMs: 0, exitProcess: true });
    expect(await client.check('')).toBe('SERVING');
    await pod.terminate();
    expect(await pod.exit).toEqual({ code: 0, signal: null });
    expect(pod.report).toMatchObject({ outcome: 'drained' });
  }, 20_000);
});
