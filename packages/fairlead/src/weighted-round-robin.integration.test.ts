import { endpointAt, weightedRoundRobin, type Endpoint, type OrcaLoadReportFields } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, jest, test } from '@jest/globals';
import { received, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, EchoService } from '../test/generated/echo.js';
import { targetOf } from '../test/pods.js';
import { startReportingPod, type ReportingPod } from '../test/reporting-pod.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { WeightedRoundRobinJson } from './load-balancing-json.js';
import type { ServiceConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
jest.setTimeout(60_000);

/** Longer than anything here takes on a loaded machine. */
const CEILING_MS = 20_000;

const perCall: WeightedRoundRobinJson = {
  enableOobLoadReport: false,
  oobReportingPeriod: '0.005s',
  blackoutPeriod: '0s',
  weightExpirationPeriod: '60s',
  weightUpdatePeriod: '0.05s',
  errorUtilizationPenalty: 0,
};
const outOfBand: WeightedRoundRobinJson = { ...perCall, enableOobLoadReport: true };
const configOf = (config: WeightedRoundRobinJson): ServiceConfigJson => ({
  loadBalancingConfig: [{ weighted_round_robin: config }],
});

const at = ({ address }: Pick<ReportingPod, 'address'>): Endpoint['addresses'][0] => {
  const [host, port] = address.split(':');
  return { kind: 'tcp', host: host!, port: Number(port) };
};
const endpointOf = (pod: ReportingPod): Endpoint => endpointAt(at(pod));

async function startReportingPods(count: number, outOfBandToo = true): Promise<ReportingPod[]> {
  const starting = Array.from({ length: count }, (_, n) => startReportingPod(`127.0.0.${n + 1}`, outOfBandToo));
  return (await Promise.all(starting)).map(track);
}

class Rig {
  readonly channel: Channel;
  readonly client: EchoClient;
  readonly resolver = new ManualResolver();
  /** Calls that are looked at together. */
  batch = 100;

  constructor(endpoints: readonly Endpoint[], config: WeightedRoundRobinJson) {
    this.channel = track(
      createChannel('test:///pods', insecure, {
        serviceConfig: configOf(config),
        resolvers: [manualResolverFactory('test', this.resolver)],
      }),
    );
    this.client = track(new EchoClient('', insecure, { channelOverride: this.channel }));
    this.channel.connect();
    this.resolver.push(endpoints);
  }

  /** Until each of so many pods was called. */
  async ensureReached(count: number): Promise<void> {
    await this.channel.ready();
    const reached = new Set<string>();
    await until(async () => reached.add((await unary(this.client)).server).size === count);
  }

  /** grpc-go checkWeights: of 100 calls each pod gets its share, ± 2; asked again until it is so. */
  async checkWeights(...weights: readonly (readonly [ReportingPod, number])[]): Promise<void> {
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    let seen = new Map<string, number>();
    await until(
      async () => {
        seen = new Map();
        for (let made = 0; made < this.batch; made++) {
          const { server } = await unary(this.client);
          seen.set(server, (seen.get(server) ?? 0) + 1);
        }
        const fits = ([{ address }, weight]: readonly [ReportingPod, number]): boolean =>
          Math.abs((seen.get(address) ?? 0) - Math.floor((this.batch * weight) / sum)) <= 2;
        return seen.size === weights.length && weights.every(fits);
      },
      () => `${weights.map(([, weight]) => weight).join(':')}, last ${[...seen.values()].join(':')}`,
    );
  }
}

async function until(
  condition: () => Promise<boolean> | boolean,
  what = (): string => String(condition),
): Promise<void> {
  const end = performance.now() + CEILING_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const loaded = (applicationUtilization: number, qps = 10, eps = 0): OrcaLoadReportFields => ({
  applicationUtilization,
  qps,
  eps,
});

describe('grpc-go balancer/weightedroundrobin/balancer_test.go', () => {
  test.each([
    ['reportNone', false, perCall],
    ['reportCall', false, perCall],
    ['reportOOB', true, outOfBand],
  ])('TestBalancer_OneAddress: %s', async (kind, oob, config) => {
    const [pod] = await startReportingPods(1, oob);
    const rig = new Rig([endpointOf(pod!)], config);
    for (let made = 0; made < 100; made++) {
      if (kind === 'reportCall') pod!.call = { qps: made };
      pod!.oob = { qps: made };
      expect((await unary(rig.client)).server).toBe(pod!.address);
    }
  });

  test('TestBalancer_TwoAddresses_ReportingDisabled', async () => {
    const pods = await startReportingPods(2, false);
    const rig = new Rig(pods.map(endpointOf), perCall);
    await rig.ensureReached(2);
    for (let round = 0; round < 20; round++) {
      const servers = [await unary(rig.client), await unary(rig.client)].map(({ server }) => server);
      expect(new Set(servers).size).toBe(2);
    }
  });

  test('TestBalancer_TwoAddresses_ReportingEnabledPerCall', async () => {
    const [a, b] = await startReportingPods(2, false);
    a!.call = loaded(1);
    b!.call = loaded(0.1);
    const rig = new Rig([a!, b!].map(endpointOf), perCall);
    await rig.ensureReached(2);
    await rig.checkWeights([a!, 1], [b!, 10]);
  });

  test.each<[string, (value: number) => OrcaLoadReportFields]>([
    ['application_utilization', (value) => loaded(value)],
    ['cpu_utilization', (cpuUtilization) => ({ cpuUtilization, qps: 10 })],
    ['application over cpu', (value) => ({ ...loaded(value), cpuUtilization: 2 })],
  ])('TestBalancer_TwoAddresses_ReportingEnabledOOB: %s', async (_, report) => {
    const [a, b] = await startReportingPods(2);
    a!.oob = report(1);
    b!.oob = report(0.1);
    const rig = new Rig([a!, b!].map(endpointOf), outOfBand);
    await rig.ensureReached(2);
    await rig.checkWeights([a!, 1], [b!, 10]);
    expect([a!.intervals, b!.intervals]).toEqual([[5], [5]]);
  });

  test('TestBalancer_TwoAddresses_UpdateLoads', async () => {
    const [a, b] = await startReportingPods(2);
    a!.oob = loaded(1);
    b!.oob = loaded(0.1);
    const rig = new Rig([a!, b!].map(endpointOf), outOfBand);
    await rig.checkWeights([a!, 1], [b!, 10]);
    a!.oob = loaded(0.1);
    b!.oob = loaded(1);
    await rig.checkWeights([a!, 10], [b!, 1]);
  });

  test('TestBalancer_TwoAddresses_OOBThenPerCall', async () => {
    const [a, b] = await startReportingPods(2);
    Object.assign(a!, { oob: loaded(1), call: loaded(0.1) });
    Object.assign(b!, { oob: loaded(0.1), call: loaded(1) });
    const rig = new Rig([a!, b!].map(endpointOf), outOfBand);
    await rig.checkWeights([a!, 1], [b!, 10]);
    rig.channel.setServiceConfig(configOf(perCall));
    await rig.checkWeights([a!, 10], [b!, 1]);
    await until(() => a!.streams + b!.streams === 0);
  });

  test('TestEndpoints_SharedAddress', async () => {
    const [pod] = await startReportingPods(1, false);
    const endpoint = endpointOf(pod!);
    const rig = new Rig([endpoint, { ...endpoint, id: 'another' }], perCall);
    for (let made = 0; made < 10; made++) await unary(rig.client);
  });

  test('TestEndpoints_MultipleAddresses', async () => {
    const [a, b] = await startReportingPods(2, false);
    a!.call = loaded(0.1);
    b!.call = loaded(1);
    const bad = (n: number): Endpoint['addresses'][0] => ({ kind: 'tcp', host: `127.0.1.${n}`, port: 1 });
    const endpoints = [a!, b!].map((pod, n) => ({ ...endpointOf(pod), addresses: [bad(n + 1), at(pod)] as const }));
    const rig = new Rig(endpoints, perCall);
    await rig.ensureReached(2);
    await rig.checkWeights([a!, 10], [b!, 1]);
  });

  test('TestBalancer_TwoAddresses_ErrorPenalty', async () => {
    const [a, b] = await startReportingPods(2);
    a!.oob = loaded(1, 10, 0);
    b!.oob = loaded(0.1, 10, 10);
    const rig = new Rig([a!, b!].map(endpointOf), outOfBand);
    await rig.checkWeights([a!, 1], [b!, 10]);
    rig.channel.setServiceConfig(configOf({ ...outOfBand, errorUtilizationPenalty: 0.9 }));
    await rig.checkWeights([a!, 1], [b!, 1]);
  });

  test('TestBalancer_AddressesChanging', async () => {
    const pods = await startReportingPods(4);
    const [a, b, c, d] = pods as [ReportingPod, ReportingPod, ReportingPod, ReportingPod];
    for (const [pod, report] of [[a, loaded(1)], [b, loaded(0.1)], [c, loaded(1, 20)], [d, loaded(0.1, 20)]] as const) pod.oob = report; // prettier-ignore
    const rig = new Rig([a, b, c].map(endpointOf), outOfBand);
    await rig.checkWeights([a, 1], [b, 10], [c, 2]);
    rig.resolver.push([a, b, c, d].map(endpointOf));
    await rig.checkWeights([a, 1], [b, 10], [c, 2], [d, 20]);
    c.stop();
    await rig.checkWeights([a, 1], [b, 10], [d, 20]);
    rig.resolver.push([a, d].map(endpointOf));
    await rig.checkWeights([a, 1], [d, 20]);
    rig.resolver.push([b].map(endpointOf));
    await rig.checkWeights([b, 10]);
    rig.resolver.push([b, d].map(endpointOf));
    await rig.checkWeights([b, 10], [d, 20]);
  });
});

describe('load reports of real servers', () => {
  test('as the recorders of grpc-js send them, per call and out of band', async () => {
    const pods = await Promise.all(
      [1, 0.25].map(async (utilization, n) => {
        const server = new grpc.Server({ 'grpc.server_call_metric_recording': 1 });
        const recorder = new grpc.ServerMetricRecorder();
        recorder.setApplicationUtilizationMetric(1.25 - utilization);
        recorder.setQpsMetric(10);
        recorder.addToServer(server);
        const port = await new Promise<number>((resolve, reject) => {
          const credentials = grpc.ServerCredentials.createInsecure();
          server.bindAsync(`127.0.0.${n + 1}:0`, credentials, (error, bound) =>
            error ? reject(error) : resolve(bound),
          );
        });
        const address = `127.0.0.${n + 1}:${port}`;
        server.addService(EchoService, {
          unary: (call: grpc.ServerUnaryCall<unknown, unknown>, done: grpc.sendUnaryData<unknown>) => {
            call.getMetricsRecorder().recordApplicationUtilizationMetric(utilization);
            call.getMetricsRecorder().recordQpsMetric(10);
            done(null, { text: '', server: address });
          },
        });
        track({ stop: () => server.forceShutdown() });
        return { address } as ReportingPod;
      }),
    );
    const rig = new Rig(pods.map(endpointOf), perCall);
    // grpc-js reads the description of the message from a file again for each call.
    rig.batch = 20;
    await rig.ensureReached(2);
    await rig.checkWeights([pods[0]!, 1], [pods[1]!, 4]);
    rig.channel.setServiceConfig(configOf(outOfBand));
    await rig.checkWeights([pods[0]!, 4], [pods[1]!, 1]);
  });

  test('come with the trailers of streams, too (grpc-go TestE2ECallMetricsStreaming)', async () => {
    const [a, b] = await startReportingPods(2, false);
    a!.call = loaded(1);
    b!.call = loaded(0.1);
    const rig = new Rig([a!, b!].map(endpointOf), perCall);
    await rig.channel.ready();
    await until(async () => (await received(rig.client.repeat({ text: 'a' })))[0]!.server === a!.address);
    await until(async () => (await received(rig.client.repeat({ text: 'b' })))[0]!.server === b!.address);
    // From here on no call reports.
    a!.call = undefined;
    b!.call = undefined;
    await rig.checkWeights([a!, 1], [b!, 10]);
  });

  test('which have none out of band are told of, and balanced by round robin', async () => {
    const pods = await startReportingPods(2, false);
    const channel = track(
      createChannel(targetOf(pods), insecure, { balancing: weightedRoundRobin({ enableOobLoadReport: true }) }),
    );
    const codes: string[] = [];
    channel.on('warning', ({ code }) => void codes.push(code));
    const client = track(new EchoClient('', insecure, { channelOverride: channel }));
    await channel.ready();
    await until(() => codes.length === 2);
    expect(new Set(codes)).toEqual(new Set(['load-reports-unimplemented']));
    const servers = [await unary(client), await unary(client)].map(({ server }) => server);
    expect(new Set(servers).size).toBe(2);
  });

  test('move with the connection when that is replaced, and end with it', async () => {
    const [pod] = await startReportingPods(1);
    const channel = track(
      createChannel(targetOf([pod!]), insecure, {
        serviceConfig: configOf({ ...outOfBand, oobReportingPeriod: '0.03s' }),
        maxConnectionAgeMs: 1_000,
      }),
    );
    let rotated = 0;
    channel.on('rotated', () => (rotated += 1));
    channel.connect();
    await until(() => rotated === 2);
    await until(() => pod!.streams === 1 && pod!.intervals.length === 3);
    expect(pod!.intervals).toEqual([30, 30, 30]);
    channel.close();
    await until(() => pod!.streams === 0);
  });
});
