import * as grpc from '@grpc/grpc-js';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient } from '../test/generated/echo.js';
import { TestMeter } from '../test/metric-reader.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { LoadBalancingConfigJson } from './load-balancing-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();

/** Five pods, of which the third is ill as long as `ill` is true. */
let pods: TestPod[];
let ill: boolean;

beforeEach(async () => {
  ill = true;
  pods = [];
  for (let n = 1; n <= 5; n++) pods.push(track(await startEcho(n)));
});

function startEcho(n: number): Promise<TestPod> {
  const host = `127.0.0.${n}`;
  return startPod(host, {
    unary: ({ request }, done) => {
      if (ill && n === 3) done({ code: grpc.status.INTERNAL, details: 'ill' });
      else done(null, { text: request.text, server: host });
    },
  });
}

function connect(policy: LoadBalancingConfigJson, meter?: TestMeter): [EchoClient, Channel] {
  const channel = track(
    createChannel(targetOf(pods), insecure, {
      serviceConfig: { loadBalancingConfig: [policy] },
      ...(meter && { metrics: { meterProvider: meter.provider, instruments: ['grpc-lb'] } }),
    }),
  );
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

// Sequential calls over peak_ewma would hardly come back to a pod that failed once.
const childPolicy = [{ round_robin: {} }] as const;

jest.setTimeout(60_000);

const callsOfIll = (): number => pods[2]!.seen.length;

/** Calls until something has happened. @returns how many of them failed. */
async function callUntil(client: EchoClient, happened: () => boolean): Promise<number> {
  const end = performance.now() + 50_000;
  let failed = 0;
  while (!happened()) {
    if (performance.now() > end) throw new Error(`never happened: ${String(happened)}`);
    await unary(client).catch(() => (failed += 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return failed;
}

async function allReady(channel: Channel): Promise<void> {
  await channel.ready();
  while (!channel.snapshot().members.every(({ connectivity }) => connectivity === 'ready')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('one pod of five answers INTERNAL to everything', () => {
  test('failure_accrual: it is ejected, probed by single calls, and admitted again when it is well', async () => {
    const [client, channel] = connect({
      failure_accrual: { initialBackoff: '0.05s', maxBackoff: '0.2s', childPolicy },
    });
    const told: string[] = [];
    channel.on('ejected', ({ endpoint, cause }) => told.push(`ejected ${endpoint.id} ${cause}`));
    channel.on('readmitted', ({ endpoint }) => told.push(`readmitted ${endpoint.id}`));
    await allReady(channel);
    await callUntil(client, () => told.length > 0);
    expect(told).toEqual([expect.stringMatching(`ejected ${pods[2]!.address} (success-rate|consecutive-failures)`)]);
    expect(channel.explain()).toMatch(new RegExp(`${pods[2]!.address}: not pickable, ejected \\(`));
    expect(channel.snapshot().members[2]).toMatchObject({
      connectivity: 'ready',
      ejected: { cause: expect.any(String) },
    });

    const before = callsOfIll();
    const start = performance.now();
    const failed = await callUntil(client, () => callsOfIll() >= before + 4);
    expect([failed, callsOfIll() - before]).toEqual([4, 4]);
    // The pauses between the probes are at least half of 50, 100, 200 and 200 ms.
    expect(performance.now() - start).toBeGreaterThan(175);

    ill = false;
    expect(await callUntil(client, () => told.length > 1)).toBe(0);
    expect(told[1]).toBe(`readmitted ${pods[2]!.address}`);
    expect(channel.explain()).not.toContain('ejected');
    const back = callsOfIll();
    await callUntil(client, () => callsOfIll() > back + 3);
  });

  test('outlier_detection: it is ejected at the end of an interval, and back after its time', async () => {
    const meter = new TestMeter();
    const failurePercentageEjection = { minimumHosts: 1, requestVolume: 1, threshold: 50 };
    const times = { interval: '0.2s', baseEjectionTime: '0.5s' } as const;
    const policy = { ...times, failurePercentageEjection, childPolicy };
    const [client, channel] = connect({ outlier_detection_experimental: policy }, meter);
    const told: string[] = [];
    channel.on('ejected', ({ endpoint, cause, forMs }) => told.push(`${endpoint.id} ${cause} ${forMs > 400}`));
    channel.on('readmitted', ({ ejectedForMs }) => told.push(`back ${ejectedForMs >= 499}`));
    await allReady(channel);
    await callUntil(client, () => told.length > 0);
    const before = callsOfIll();
    ill = false;
    const failed = await callUntil(client, () => told.length > 1 || callsOfIll() > before);
    expect([failed, callsOfIll() - before]).toEqual([0, 0]);
    expect(told).toEqual([`${pods[2]!.address} failure-percentage true`, 'back true']);
    await callUntil(client, () => callsOfIll() > before);
    const [[attributes, count] = []] = await meter.series('grpc.lb.outlier_detection.ejections_enforced');
    expect([attributes, count]).toEqual([
      { 'grpc.lb.outlier_detection.detection_method': 'failure_percentage', 'grpc.target': channel.getTarget() },
      1,
    ]);
    meter.close();
  });

  test('with a retry, no call fails, and the pod is ejected all the same', async () => {
    const channel = track(
      createChannel(targetOf(pods), insecure, {
        serviceConfig: {
          loadBalancingConfig: [{ failure_accrual: { childPolicy } }],
          methodConfig: [
            {
              name: [{}],
              retryPolicy: {
                maxAttempts: 2,
                initialBackoff: '0.001s',
                maxBackoff: '0.001s',
                backoffMultiplier: 1,
                retryableStatusCodes: ['INTERNAL'],
              },
            },
          ],
        },
      }),
    );
    const client = track(new EchoClient('', insecure, { channelOverride: channel }));
    const ejected: string[] = [];
    channel.on('ejected', ({ endpoint }) => ejected.push(endpoint.id));
    await allReady(channel);
    expect(await callUntil(client, () => ejected.length > 0)).toBe(0);
    expect(ejected).toEqual([pods[2]!.address]);
  });
});

test('all pods answer INTERNAL: the calls are spread over all of them, and the channel stays READY', async () => {
  for (const pod of pods) pod.stop();
  const handlers = { unary: (_: unknown, done: grpc.sendUnaryData<never>) => done({ code: grpc.status.INTERNAL }) };
  pods = await Promise.all([1, 2, 3].map(async (n) => track(await startPod(`127.0.0.${n}`, handlers))));
  const [client, channel] = connect({ failure_accrual: { childPolicy } });
  let panics = 0;
  channel.on('panic', () => (panics += 1));
  await allReady(channel);
  await callUntil(client, () => panics > 0);
  const before = pods.map(({ seen }) => seen.length);
  for (let n = 0; n < 30; n++) expect((await errorOf(unary(client))).code).toBe(grpc.status.INTERNAL);
  for (const [index, { seen }] of pods.entries()) expect(seen.length - before[index]!).toBeGreaterThanOrEqual(8);
  expect([channel.getConnectivityState(false), channel.snapshot().panic]).toEqual([grpc.connectivityState.READY, true]);
});
