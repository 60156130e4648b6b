import { monitorEventLoopDelay } from 'node:perf_hooks';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { unary } from '../test/calls.js';
import { EchoClient } from '../test/generated/echo.js';
import { targetOf } from '../test/pods.js';
import { RemotePod } from '../test/remote-pod.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { MethodConfigJson } from './service-config-json.js';

const PATH = '/fairlead.test.v1.Echo/Unary';
const STALL_MS = 400;
/** The pods answer in the middle of the stall. */
const LATENCY_MS = 60;
const insecure = grpc.credentials.createInsecure();
const { OK, DEADLINE_EXCEEDED } = grpc.status;

let leaks: LeakCheck;
let pods: readonly RemotePod[];
let channel: Channel;
let client: EchoClient;

beforeEach(async () => {
  leaks = leakCheck();
  pods = await Promise.all([RemotePod.start(LATENCY_MS), RemotePod.start(LATENCY_MS)]);
});

afterEach(async () => {
  client.close();
  await Promise.all(pods.map((pod) => pod.stop()));
  await leaks.assertNothingLeft();
});

async function connect(method: Omit<MethodConfigJson, 'name'>): Promise<number[]> {
  const serviceConfig = { methodConfig: [{ name: [{}], ...method }] };
  channel = createChannel(targetOf(pods), insecure, { serviceConfig, minReadyMembers: 2 });
  client = new EchoClient('', insecure, { channelOverride: channel });
  const told: number[] = [];
  channel.on('stall', ({ durationMs }) => told.push(durationMs));
  await channel.ready();
  return told;
}

/** Ten calls that are on their way when the event loop is blocked. @returns their statuses. */
async function callsThroughStall(block: (stall: () => void) => void): Promise<readonly grpc.status[]> {
  const calls = Array.from({ length: 10 }, () =>
    unary(client).then(
      () => OK,
      (error: grpc.ServiceError) => error.code,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  block(() => {
    const end = performance.now() + STALL_MS;
    while (performance.now() < end);
  });
  return Promise.all(calls);
}

/** An answer that was read after the stall took longer than it, a failure would cost 5 s; on a slow machine some are read before. */
function expectNobodyCharged(): void {
  for (const { inFlight, load } of channel.snapshot().members) {
    expect(inFlight).toBe(0);
    expect(load).toBeLessThan(STALL_MS / 2);
  }
}

const executed = async (): Promise<number> =>
  (await Promise.all(pods.map((pod) => pod.calls()))).reduce((sum, one) => sum + one, 0);

test.each<[string, (stall: () => void) => void]>([
  ['a timer', (stall) => void setTimeout(stall, 1)],
  ['an immediate', (stall) => void setImmediate(stall)],
  ['a promise', (stall) => void Promise.resolve().then(stall)],
])('a stall in %s is no latency, and brings no hedge', async (_phase, block) => {
  const told = await connect({ hedgingPolicy: { maxAttempts: 2, hedgingDelay: '0.2s' } });
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  expect(new Set(await callsThroughStall(block))).toEqual(new Set([OK]));
  expect(await executed()).toBe(10);
  expectNobodyCharged();
  const longest = Math.max(...told);
  expect(longest).toBeGreaterThanOrEqual(STALL_MS - 25);
  // Node's own measure, which knows of the stall only when its timer has run.
  while (delay.max / 1e6 < longest - 25) await new Promise((resolve) => setTimeout(resolve, 10));
  delay.disable();
  expect(channel.snapshot().stalls.count).toBe(told.length);
});

test('deadlines that pass in a stall open no breaker and are nobody’s failure', async () => {
  await connect({ timeout: '0.2s', fairlead: { circuitBreaker: { failureRatio: 0, requestVolume: 1 } } });
  const codes = await callsThroughStall((stall) => void setTimeout(stall, 1));
  for (const code of codes) expect([OK, DEADLINE_EXCEEDED]).toContain(code);
  expect(channel.breaker(PATH)?.state).toBe('closed');
  expectNobodyCharged();
});
