import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { createChannel, type Channel, type ChannelOptions } from 'fairlead';
import { greet, Greeter } from './support/greeter.js';
import { BROKEN_ZONE, Named, ZONE } from './support/named.js';
import { until } from './support/until.js';

const HOSTS = ['127.0.10.1', '127.0.10.2', '127.0.10.3'];
/** As many as BIND allows; more than the 1232 bytes that fit in an answer by UDP. */
const MANY = Array.from({ length: 100 }, (_, index) => `127.0.11.${index + 1}`);
const LONG = 'x'.repeat(400);

const a = (name: string, hosts: readonly string[]): string => hosts.map((host) => `${name} A ${host}`).join('\n');
const txt = (name: string, text: string): string => {
  const strings = text.match(/.{1,200}/g) ?? [];
  return `_grpc_config.${name} TXT ( ${strings.map((one) => JSON.stringify(one)).join(' ')} )`;
};
const config = (timeout: string): string =>
  `grpc_config=${JSON.stringify([
    { clientLanguage: ['go'], serviceConfig: { methodConfig: [{ name: [{}], timeout: '1s' }] } },
    { percentage: 0, serviceConfig: { methodConfig: [{ name: [{}], timeout: '2s' }] } },
    {
      serviceConfig: { methodConfig: [{ name: [{}], timeout }], loadBalancingConfig: [{ round_robin: {} }], [LONG]: 0 },
    },
  ])}`;

let named: Named;
let pods: Greeter[];
let leaks: LeakCheck;
let channels: Channel[] = [];

beforeAll(async () => {
  const first = await new Greeter(HOSTS[0]!).start(0);
  pods = [first, ...(await Promise.all(HOSTS.slice(1).map((host) => new Greeter(host).start(first.port))))];
  named = await Named.start(zone(HOSTS.slice(0, 2)));
});

afterAll(async () => {
  await named.stop();
  for (const pod of pods) pod.stop();
});

beforeEach(() => {
  leaks = leakCheck();
  channels = [];
});

afterEach(async () => {
  for (const channel of channels) channel.close();
  await leaks.assertNothingLeft();
});

function zone(greeters: readonly string[]): string {
  const port = pods[0]!.port;
  return [
    a('greeter', greeters),
    a('many', MANY),
    'alias CNAME other.alias',
    'other.alias CNAME greeter',
    'dangling CNAME nobody',
    'mail MX 10 greeter',
    `_grpc._tcp.greeter SRV 10 60 ${port} pod-0.greeter`,
    `_grpc._tcp.greeter SRV 10 20 ${port} pod-1.greeter`,
    `_grpc._tcp.greeter SRV 20 0 ${port} pod-2.greeter`,
    `_grpc._tcp.greeter SRV 20 0 ${port} gone.greeter`,
    '_grpc._tcp.none SRV 0 0 0 .',
    ...HOSTS.map((host, index) => `pod-${index}.greeter A ${host}`),
    a('configured', HOSTS.slice(0, 1)),
    txt('configured', config('30s')),
    '_grpc_config.configured TXT "v=spf1 -all"',
    a('misconfigured', HOSTS.slice(0, 1)),
    txt('misconfigured', 'grpc_config=[{"parcentage":1}]'),
  ].join('\n');
}

function channelTo(endpoint: string, options: ChannelOptions = {}): Channel {
  const target = `dns://${named.address}/${endpoint}`;
  const channel = createChannel(target, grpc.credentials.createInsecure(), options);
  channels.push(channel);
  return channel;
}

const at = (name: string): string => `${name}.${ZONE}:${pods[0]!.port}`;
const membersOf = (channel: Channel): string[] =>
  channel
    .snapshot()
    .members.map(({ address }) => address.split(':')[0]!)
    .sort();

describe('a dns: target, asked of BIND', () => {
  test('has a pod for each address, and those that come and go, while their records live a second', async () => {
    const channel = channelTo(at('greeter'), { serviceConfig: { loadBalancingPolicy: 'round_robin' } });
    const answered = new Set<string>();
    await until(() => {
      void greet(channel).then((pod) => answered.add(pod));
      return answered.size === 2;
    });
    expect(membersOf(channel)).toEqual(HOSTS.slice(0, 2));
    await named.change(zone(HOSTS.slice(1)));
    await until(() => membersOf(channel).join() === HOSTS.slice(1).join());
    await named.change(zone(HOSTS.slice(0, 2)));
    await until(() => membersOf(channel).join() === HOSTS.slice(0, 2).join());
  });

  test('of 100 addresses has them all: a truncated answer is asked for again by TCP', async () => {
    const channel = channelTo(at('many'));
    channel.getConnectivityState(true);
    await until(() => membersOf(channel).length === MANY.length);
    expect(named.queries('A')).toContainEqual(expect.stringMatching(new RegExp(`^many\\.${ZONE} \\S*T`)));
    expect(named.queries('A')).not.toContainEqual(expect.stringMatching(new RegExp(`^greeter\\.${ZONE} \\S*T`)));
  });

  test('follows a chain of aliases, and takes a final dot', async () => {
    expect(await greet(channelTo(at('alias')))).toMatch(/^127\.0\.10\./);
    expect(await greet(channelTo(`greeter.${ZONE}.:${pods[0]!.port}`))).toMatch(/^127\.0\.10\./);
  });

  test.each([
    ['no such name', () => at('nobody'), 'the name does not exist (NXDOMAIN)'],
    ['a name without addresses', () => at('mail'), 'the name has no A or AAAA record'],
    // BIND says that the end of the chain does not exist.
    ['an alias of nobody', () => at('dangling'), 'the name does not exist (NXDOMAIN)'],
    ['a zone that it cannot read', () => `greeter.${BROKEN_ZONE}:1`, 'the server failed (SERVFAIL)'],
    ['a name that is none of its business', () => 'greeter.example:1', 'the server refused to answer (REFUSED)'],
    ['a service that is decidedly not offered', () => `_grpc._tcp.none.${ZONE}`, 'the name has no SRV record'],
  ])('of %s fails calls, and says why', async (_, endpoint, text) => {
    const call = greet(channelTo(endpoint()));
    await expect(call).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE, details: expect.stringContaining(text) });
  });

  test('keeps its pods when the name is gone', async () => {
    const channel = channelTo(at('greeter'));
    await greet(channel);
    const errors: string[] = [];
    channel.on('resolverError', (error) => errors.push(error.message));
    await named.change(zone([]));
    await until(() => errors.some((error) => error.includes('the name has no A or AAAA record')));
    expect(membersOf(channel)).toEqual(HOSTS.slice(0, 2));
    await greet(channel);
    await named.change(zone(HOSTS.slice(0, 2)));
  });

  test('of SRV records has their hosts, ports, weights and priorities', async () => {
    const priority = { serviceConfig: { loadBalancingConfig: [{ priority: {} }] } };
    const channel = channelTo(`_grpc._tcp.greeter.${ZONE}`, priority);
    const told: object[] = [];
    channel.on('endpoints', ({ added }) => told.push(...added.map(({ id, attributes }) => ({ id, attributes }))));
    const answered = new Set<string>();
    for (let call = 0; call < 50; call += 1) answered.add(await greet(channel));
    const { port } = pods[0]!;
    expect(told).toEqual([
      { id: `${HOSTS[0]}:${port}`, attributes: { priority: 0, weight: 60 } },
      { id: `${HOSTS[1]}:${port}`, attributes: { priority: 0, weight: 20 } },
      { id: `${HOSTS[2]}:${port}`, attributes: { priority: 1, weight: 1 } },
    ]);
    expect([...answered]).not.toContain(`${HOSTS[2]}:${port}`);
  });

  test('takes the service config of its TXT records, of several strings each, from the first call on', async () => {
    const channel = channelTo(at('configured'));
    const applied: object[] = [];
    channel.on('serviceConfig', ({ source, policy }) => applied.push({ source, policy }));
    await greet(channel);
    expect(applied).toEqual([{ source: 'resolver', policy: 'round_robin' }]);
    expect(named.queries('TXT').map((query) => query.split(' ')[0])).toContain(`_grpc_config.configured.${ZONE}`);
  });

  test('goes on without a service config where nobody can read it, and says so', async () => {
    const channel = channelTo(at('misconfigured'));
    const warnings: object[] = [];
    channel.on('warning', (warning) => warnings.push(warning));
    await greet(channel);
    const message = expect.stringContaining('grpc_config[0].parcentage: unknown');
    expect(warnings).toEqual([{ code: 'service-config-unknown', message }]);
  });
});
