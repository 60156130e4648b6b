import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import { endpointAt, type Endpoint } from '@fairlead/core';
import { channelzHandlers } from '@fairlead/pool';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, jest, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoReply } from '../test/generated/echo.js';
import { startHealthPod, WatchScript, type HealthPod } from '../test/health-pod.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';
import type { ServiceConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
// A ceiling for slow machines.
jest.setTimeout(60_000);

const SERVING = 1;
const NOT_SERVING = 2;

const checking = (serviceName = 'echo'): ServiceConfigJson => ({
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [{ name: [{}], timeout: '30s' }],
  healthCheckConfig: { serviceName },
});

interface Rig {
  readonly channel: Channel;
  readonly client: EchoClient;
  readonly states: string[];
}

function connect(target: string, options: ChannelOptions = {}, credentials = insecure): Rig {
  const given = options.defaultServiceConfig ? {} : { serviceConfig: checking() };
  const channel = track(createChannel(target, credentials, { ...given, ...options }));
  const client = track(new EchoClient('', insecure, { channelOverride: channel.handle() }));
  const states: string[] = [];
  channel.on('member', ({ to }) => states.push(to));
  return { channel, client, states };
}

/** Waits for what comes by itself. */
async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error('it does not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const memberOf = (channel: Channel, { address }: TestPod): string | undefined =>
  channel.snapshot().members.find((member) => member.address === address)?.connectivity;

/** The pods that answer the next so many calls. */
async function serversOf(client: EchoClient, calls: number): Promise<string[]> {
  const servers: string[] = [];
  for (let made = 0; made < calls; made += 1) servers.push((await unary(client)).server);
  return [...new Set(servers)].sort();
}

/** What channelz shows of the pool. */
function shownBy(channel: Channel): Promise<unknown> {
  const request = { channel_id: channel.getChannelzRef().id };
  return new Promise((resolve) => {
    channelzHandlers().GetChannel({ request } as never, (_, answer) => resolve(answer));
  });
}

const scripted = async (script: WatchScript, host = '127.0.0.1'): Promise<TestPod> =>
  track(await startPod(host, {}, { prepare: script.prepare }));

/** A stream that answers each message with it. */
class Echoes {
  readonly #call: grpc.ClientDuplexStream<{ text: string }, EchoReply>;
  readonly #replies: string[] = [];
  ended = false;

  constructor(client: EchoClient) {
    this.#call = client.chat();
    this.#call.on('data', ({ text }: EchoReply) => this.#replies.push(text));
    this.#call.on('end', () => (this.ended = true));
    this.#call.on('error', () => (this.ended = true));
  }

  async say(text: string): Promise<void> {
    this.#call.write({ text });
    await until(() => this.#replies.includes(text));
  }

  end(): void {
    this.#call.end();
  }
}

describe('pods that say how they are', () => {
  test('get calls while they say SERVING, and what runs on their connection goes on', async () => {
    const well = track(await startHealthPod('127.0.0.1'));
    const ill = track(await startHealthPod('127.0.0.2', 'NOT_SERVING'));
    const { channel, client } = connect(targetOf([well, ill]));
    channel.connect();
    await until(() => memberOf(channel, ill) === 'transient-failure');
    expect(await serversOf(client, 10)).toEqual([well.address]);
    expect(channel.explain()).toContain(`${ill.address}: not pickable, unhealthy (NOT_SERVING)`);
    ill.life.health.setStatus('echo', 'SERVING');
    await until(() => memberOf(channel, ill) === 'ready');
    expect(await serversOf(client, 10)).toEqual([well.address, ill.address]);
    well.life.health.setStatus('echo', 'NOT_SERVING');
    await until(() => memberOf(channel, well) === 'transient-failure');
    const stream = new Echoes(client);
    await stream.say('one');
    ill.life.health.setStatus('echo', 'NOT_SERVING');
    await until(() => memberOf(channel, ill) === 'transient-failure');
    await stream.say('two');
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([
      grpc.status.UNAVAILABLE,
      expect.stringContaining('unhealthy (NOT_SERVING)'),
    ]);
    const waiting = unary(client, 'hi', {}, new grpc.Metadata({ waitForReady: true }));
    well.life.health.setStatus('echo', 'SERVING');
    expect((await waiting).server).toBe(well.address);
    stream.end();
    expect(channel.snapshot().counters).toMatchObject({ openConnections: 2, connectionAttemptsSucceeded: 2 });
  });

  test('are replaced one after the other, each saying NOT_SERVING first, and no call fails', async () => {
    const resolver = new ManualResolver();
    const resolvers = [manualResolverFactory('test', resolver)];
    const endpoints = new Map<HealthPod, Endpoint>();
    const start = async (n: number): Promise<HealthPod> => {
      const pod = track(await startHealthPod(`127.0.0.${n}`));
      const [host, port] = pod.address.split(':');
      endpoints.set(pod, endpointAt({ kind: 'tcp', host: host!, port: Number(port) }));
      resolver.push([...endpoints.values()]);
      return pod;
    };
    const { channel, client } = connect('test:///pods', { resolvers });
    channel.connect();
    const pods = [await start(1), await start(2)];
    await channel.ready();
    let done = false;
    const codes = new Map<grpc.status, number>();
    const traffic = async (): Promise<void> => {
      while (!done) {
        const code = await unary(client).then(
          () => grpc.status.OK,
          (error: grpc.ServiceError) => error.code,
        );
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    const callers = [traffic(), traffic(), traffic()];
    for (const [index, old] of pods.entries()) {
      const next = await start(3 + index);
      await until(() => memberOf(channel, next) === 'ready');
      const ended = old.life.shutdown();
      await until(() => memberOf(channel, old) !== 'ready');
      expect((await ended).outcome).toBe('drained');
      endpoints.delete(old);
      resolver.push([...endpoints.values()]);
    }
    done = true;
    await Promise.all(callers);
    expect([...codes.keys()]).toEqual([grpc.status.OK]);
  });

  test('are asked for what the config says at the moment', async () => {
    const pod = track(await startHealthPod('127.0.0.1', 'NOT_SERVING'));
    const { channel, client, states } = connect(targetOf([pod]), { serviceConfig: checking('') });
    await channel.ready();
    states.splice(0);
    channel.setServiceConfig(checking('echo'));
    await until(() => states.length === 1);
    channel.setServiceConfig(checking('nobody knows'));
    await until(() => channel.explain().includes('unhealthy (SERVICE_UNKNOWN)'));
    channel.setServiceConfig({ ...checking(), healthCheckConfig: {} });
    expect(states).toEqual(['transient-failure', 'ready']);
    await unary(client);
    channel.setServiceConfig(checking('echo'));
    await until(() => states.length === 3);
    channel.setServiceConfig({ ...checking('echo'), loadBalancingConfig: [{ pick_first: {} }] });
    expect(states).toEqual(['transient-failure', 'ready', 'transient-failure', 'ready']);
    await unary(client);
    expect(channel.snapshot().counters.connectionAttemptsSucceeded).toBe(1);
  });

  test('are checked as the config of a resolver says', async () => {
    const pod = track(await startHealthPod('127.0.0.1', 'NOT_SERVING'));
    const [host, port] = pod.address.split(':');
    const endpoints = [endpointAt({ kind: 'tcp', host: host!, port: Number(port) })];
    const resolver = new ManualResolver();
    const options = { resolvers: [manualResolverFactory('test', resolver)], defaultServiceConfig: {} };
    const { channel } = connect('test:///pods', options);
    channel.connect();
    resolver.push({ endpoints, attributes: {}, serviceConfig: checking() });
    await until(() => memberOf(channel, pod) === 'transient-failure');
    resolver.push({ endpoints, attributes: {} });
    expect(memberOf(channel, pod)).toBe('ready');
  });

  test('are asked again on a connection that takes the place of another, before it does', async () => {
    const script = new WatchScript((watch, index) => {
      // The second one is not well at first.
      watch.write(index === 1 ? NOT_SERVING : SERVING);
    });
    const pod = await scripted(script);
    const { channel, client, states } = connect(targetOf([pod]), { maxConnectionAgeMs: 1_000 });
    const news: string[] = [];
    channel.on('rotated', () => news.push('rotated'));
    channel.on('warning', ({ code }) => news.push(code));
    await channel.ready();
    states.splice(0);
    while (!news.includes('rotated')) await unary(client);
    expect(news.slice(0, 2)).toEqual(['rotation-failed', 'rotated']);
    expect(states).toEqual([]);
    await until(() => script.cancelled >= 2);
  });

  test('get the call credentials of the channel with the watch', async () => {
    const seen: grpc.MetadataValue[] = [];
    const script = new WatchScript((watch) => {
      seen.push(...watch.metadata.get('x-token'));
      watch.write(SERVING);
    });
    const file = (name: string): Buffer => readFileSync(join('packages', 'pool', 'test', 'certificates', name));
    const pair = { private_key: file('loopback.key'), cert_chain: file('loopback.pem') };
    const credentials = grpc.ServerCredentials.createSsl(null, [pair]);
    const pod = track(await startPod('127.0.0.1', {}, { credentials, prepare: script.prepare }));
    const token = grpc.credentials.createFromMetadataGenerator((_, callback) => {
      const metadata = new grpc.Metadata();
      metadata.set('x-token', 'secret');
      setImmediate(() => callback(null, metadata));
    });
    const ours = grpc.credentials.combineChannelCredentials(grpc.credentials.createSsl(file('ca.pem')), token);
    const { channel } = connect(targetOf([pod]), {}, ours);
    await channel.ready();
    expect(seen).toEqual(['secret']);
  });
});

// grpc-go test/healthcheck_test.go, under its names.
describe('healthcheck_test.go', () => {
  test('TestHealthCheckWatchStateChange', async () => {
    let watch!: { write(status: number): boolean };
    const pod = await scripted(new WatchScript((call) => void (watch = call).write(NOT_SERVING)));
    const { channel } = connect(targetOf([pod]));
    const states: string[] = [];
    channel.on('state', ({ to }) => states.push(to));
    channel.connect();
    await until(() => states.at(-1) === 'TRANSIENT_FAILURE');
    for (const [status, state] of [
      [SERVING, 'READY'],
      [3, 'TRANSIENT_FAILURE'],
      [SERVING, 'READY'],
      [0, 'TRANSIENT_FAILURE'],
    ] as const) {
      watch.write(status);
      await until(() => states.at(-1) === state);
    }
    expect(states).toEqual([
      'CONNECTING',
      'TRANSIENT_FAILURE',
      'READY',
      'TRANSIENT_FAILURE',
      'READY',
      'TRANSIENT_FAILURE',
    ]);
  });

  test('TestHealthCheckHealthServerNotRegistered', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const { channel, client } = connect(targetOf([pod]));
    const told: string[] = [];
    channel.on('healthCheckUnimplemented', ({ endpoint }) => told.push(endpoint.id));
    await unary(client);
    expect([channel.snapshot().state, told.length]).toEqual(['READY', 1]);
  });

  test('TestHealthCheckWithGoAway', async () => {
    const script = new WatchScript((watch) => void watch.write(SERVING));
    let server!: grpc.Server;
    const prepare = (made: grpc.Server): void => {
      server = made;
      script.prepare(made);
    };
    const pod = track(await startPod('127.0.0.1', {}, { prepare }));
    const { client } = connect(targetOf([pod]));
    await unary(client);
    const stream = new Echoes(client);
    await stream.say('one');
    expect(script.cancelled).toBe(0);
    const ended = new Promise((resolve) => server.tryShutdown(resolve));
    await until(() => script.cancelled === 1);
    await stream.say('two');
    stream.end();
    await ended;
  });

  test('TestHealthCheckWithConnClose', async () => {
    const script = new WatchScript((watch) => void watch.write(SERVING));
    const pod = await scripted(script);
    const { channel, client } = connect(targetOf([pod]));
    await unary(client);
    pod.stop();
    await until(() => memberOf(channel, pod) !== 'ready');
    expect(script.watches).toHaveLength(1);
  });

  /** A pool whose resolver a test drives, and the endpoint of a pod. */
  function resolving(options: ChannelOptions = {}): Rig & { readonly resolver: ManualResolver } {
    const resolver = new ManualResolver();
    const rig = connect('test:///pods', { resolvers: [manualResolverFactory('test', resolver)], ...options });
    rig.channel.connect();
    return { ...rig, resolver };
  }

  const endpointOf = ({ address }: TestPod): Endpoint => {
    const [host, port] = address.split(':');
    return endpointAt({ kind: 'tcp', host: host!, port: Number(port) });
  };
  const nobody = endpointAt({ kind: 'tcp', host: '127.0.0.1', port: 1 });

  test('TestHealthCheckWithAddrConnDrain', async () => {
    const script = new WatchScript((watch) => void watch.write(SERVING));
    const pod = await scripted(script);
    const { client, resolver } = resolving();
    resolver.push([endpointOf(pod)]);
    const stream = new Echoes(client);
    await stream.say('one');
    resolver.push([nobody]);
    await until(() => script.cancelled === 1);
    await stream.say('two');
    stream.end();
    await until(() => stream.ended);
  });

  test('TestHealthCheckWithClientConnClose', async () => {
    const script = new WatchScript((watch) => void watch.write(SERVING));
    const pod = await scripted(script);
    const { channel, client } = connect(targetOf([pod]));
    await unary(client);
    channel.close();
    await until(() => script.cancelled === 1);
  });

  test('TestHealthCheckWithoutSetConnectivityStateCalledAddrConnShutDown', async () => {
    const script = new WatchScript(() => undefined);
    const pod = await scripted(script);
    const { resolver } = resolving();
    resolver.push([endpointOf(pod)]);
    await until(() => script.watches.length === 1);
    resolver.push([nobody]);
    await until(() => script.cancelled === 1);
  });

  test('TestHealthCheckWithoutSetConnectivityStateCalled', async () => {
    const script = new WatchScript(() => undefined);
    const pod = await scripted(script);
    const { channel } = connect(targetOf([pod]));
    channel.connect();
    await until(() => script.watches.length === 1);
    expect(memberOf(channel, pod)).toBe('connecting');
    pod.stop();
    await until(() => memberOf(channel, pod) === 'transient-failure');
    expect(script.watches).toHaveLength(1);
  });

  test.each<[string, ChannelOptions]>([
    ['by the option', { healthChecking: false }],
    ['by the balancer', { serviceConfig: { ...checking(), loadBalancingConfig: [{ pick_first: {} }] } }],
    ['by the service config', { serviceConfig: { ...checking(), healthCheckConfig: {} } }],
  ])('TestHealthCheckDisable %s', async (_, options) => {
    const script = new WatchScript((watch) => void watch.write(NOT_SERVING));
    const pod = await scripted(script);
    const { client } = connect(targetOf([pod]), options);
    await unary(client);
    expect(script.watches).toEqual([]);
  });

  test.each([
    ['TestHealthCheckChannelzCountingCallSuccess', grpc.status.OK],
    ['TestHealthCheckChannelzCountingCallFailure', grpc.status.INTERNAL],
  ])('%s: watches are in no count of the pool', async (_, code) => {
    const script = new WatchScript((watch) => {
      if (code === grpc.status.OK) watch.end();
      else watch.emit('error', { code, details: 'fake failure' });
    });
    const pod = await scripted(script);
    const { channel } = connect(targetOf([pod]), { channelz: true });
    channel.connect();
    await until(() => memberOf(channel, pod) === 'transient-failure');
    const shown = await shownBy(channel);
    expect(shown).toMatchObject({ channel: { data: { calls_started: 0, calls_succeeded: 0, calls_failed: 0 } } });
    expect(channel.explain()).toContain(`unhealthy (the health watch ended with ${grpc.status[code]}`);
  });
});

// gRPC C++ test/cpp/end2end/client_lb_end2end_test.cc, under its names.
describe('client_lb_end2end_test.cc', () => {
  test('HealthCheckingHandlesSubchannelFailure', async () => {
    const pods = [1, 2, 3].map((n) => startHealthPod(`127.0.0.${n}`));
    const [first, second, third] = (await Promise.all(pods)).map(track);
    const { channel, client } = connect(targetOf([first!, second!, third!]));
    await unary(client);
    await until(() => channel.snapshot().members.every(({ connectivity }) => connectivity === 'ready'));
    void first!.life.shutdown();
    for (let call = 0; call < 100; call += 1) await unary(client);
    await until(() => memberOf(channel, first!) !== 'ready');
    expect(await serversOf(client, 10)).toEqual([second!.address, third!.address]);
  });

  test.each<[string, ChannelOptions]>([
    ['WithHealthCheckingInhibitPerChannel', { healthChecking: false }],
    ['HealthCheckingServiceNamePerChannel', { serviceConfig: checking('') }],
  ])('%s', async (_, options) => {
    const pod = track(await startHealthPod('127.0.0.1', 'NOT_SERVING'));
    const checked = connect(targetOf([pod]));
    const other = connect(targetOf([pod]), options);
    await unary(other.client);
    expect((await errorOf(unary(checked.client))).details).toContain('unhealthy (NOT_SERVING)');
    const waiting = unary(checked.client, 'hi', {}, new grpc.Metadata({ waitForReady: true }));
    pod.life.health.setStatus('echo', 'SERVING');
    await waiting;
  });

  test('HealthCheckingRetryOnStreamEnd', async () => {
    const scripts = [1, 2].map(() => new WatchScript((watch) => watch.end()));
    const pods = await Promise.all(scripts.map((script, n) => scripted(script, `127.0.0.${n + 1}`)));
    const { channel } = connect(targetOf(pods));
    channel.connect();
    await until(() => scripts.every(({ watches }) => watches.length > 1));
    expect(channel.snapshot().state).toBe('TRANSIENT_FAILURE');
  });
});

test('channelz shows in the trace of the pool that a pod cannot be checked, once', async () => {
  const pod = track(await startPod('127.0.0.1'));
  const { channel, client } = connect(targetOf([pod]), { channelz: true });
  await unary(client);
  const shown = JSON.stringify(await shownBy(channel));
  expect(shown.split('no grpc.health.v1.Health, it counts as healthy')).toHaveLength(2);
});
