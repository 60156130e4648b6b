import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatAddress } from '@fairlead/core';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { TestDnsServer } from '../../../test/support/dns-server.js';
import { dnsClient } from './dns-client.js';
import { exactNames } from './names.js';
import { SrvPods } from './srv-pods.js';

const SERVICE = '_grpc._tcp.greeter.example';

describe('SrvPods asks a real DNS server', () => {
  let server: TestDnsServer;
  let pods: SrvPods;
  let leaks: LeakCheck;

  beforeEach(async () => {
    leaks = leakCheck();
    server = await TestDnsServer.listen();
    pods = new SrvPods(SERVICE, exactNames, dnsClient([`127.0.0.1:${server.port}`]));
  });

  afterEach(async () => {
    pods.cancel();
    await server.close();
    await leaks.assertNothingLeft();
  });

  const found = async (): Promise<readonly (readonly [string, object])[]> =>
    (await pods.find()).endpoints.map(({ addresses, attributes }) => [formatAddress(addresses[0]), attributes]);

  test('for the records, and for the addresses of their hosts', async () => {
    server.srv = [
      { name: 'a.example', port: 50_051, priority: 10, weight: 60 },
      { name: 'b.example', port: 50_052, priority: 20, weight: 0 },
    ];
    server.names.set('a.example', ['10.0.0.1', '10.0.0.2']).set('b.example', ['10.0.0.3']);
    expect(await pods.find()).toMatchObject({ name: SERVICE, ttlSeconds: 60 });
    expect(await found()).toEqual([
      ['10.0.0.1:50051', { priority: 0, weight: 60 }],
      ['10.0.0.2:50051', { priority: 0, weight: 60 }],
      ['10.0.0.3:50052', { priority: 1, weight: 1 }],
    ]);
  });

  test('and asks for a host that has several ports once, and tells a pod that is named twice once, as the first is', async () => {
    server.a = ['10.0.0.1'];
    server.srv = [
      { name: 'a.example', port: 1, priority: 2 },
      { name: 'a.example', port: 2, priority: 1 },
      { name: 'alias.example', port: 1, priority: 1 },
    ];
    expect(await found()).toEqual([
      ['10.0.0.1:2', { priority: 0 }],
      ['10.0.0.1:1', { priority: 0 }],
    ]);
    expect([...server.queriesOf('A')].sort()).toEqual(['a.example A udp', 'alias.example A udp']);
  });

  test('and finds each of many pods', async () => {
    server.a = [];
    server.truncates = true;
    server.srv = Array.from({ length: 200 }, (_, index) => ({ name: `pod-${index}.example`, port: 1 }));
    for (let index = 0; index < 200; index += 1) server.names.set(`pod-${index}.example`, [`10.0.1.${index}`]);
    expect(await found()).toHaveLength(200);
  });

  test('and leaves out a host that does not exist: its pod has just gone', async () => {
    server.srv = [
      { name: 'a.example', port: 1 },
      { name: 'gone.example', port: 1 },
    ];
    server.names.set('a.example', ['10.0.0.1']).set('gone.example', 'NXDOMAIN');
    server.aaaa = 'NXDOMAIN';
    expect(await found()).toEqual([['10.0.0.1:1', {}]]);
  });

  test('and fails when a host cannot be looked up: half of the pods are no answer', async () => {
    server.srv = [
      { name: 'a.example', port: 1 },
      { name: 'b.example', port: 1 },
    ];
    server.names.set('a.example', ['10.0.0.1']).set('b.example', 'SERVFAIL');
    await expect(pods.find()).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });

  test('and asks for no further host after that', async () => {
    server.a = ['10.0.0.1'];
    server.names.set('pod-0.example', 'SERVFAIL');
    server.aaaa = 'SERVFAIL';
    server.srv = Array.from({ length: 400 }, (_, index) => ({ name: `pod-${index}.example`, port: 1 }));
    server.truncates = true;
    await expect(pods.find()).rejects.toMatchObject({ code: 'ESERVFAIL' });
    for (let before = -1; before !== server.queries.length; await sleep(50)) before = server.queries.length;
    expect(new Set(server.queriesOf('A').map((query) => query.split(' ')[0])).size).toBeLessThan(400);
  });

  test.each<[string, () => void, string, string]>([
    ['no record', () => undefined, 'ENODATA', 'the name has no SRV record'],
    ['no such name', () => (server.srv = 'NXDOMAIN'), 'ENOTFOUND', 'the name does not exist (NXDOMAIN)'],
    ['a failure', () => (server.srv = 'SERVFAIL'), 'ESERVFAIL', 'the server failed (SERVFAIL)'],
    ['"there is decidedly no such service"', () => (server.srv = [{ name: '.', port: 1 }]), 'ENODATA', 'no SRV record'],
    [
      'hosts without address',
      () => (server.srv = [{ name: 'a.example', port: 1 }]),
      'ENODATA',
      'no SRV record whose host',
    ],
  ])('and rejects on %s with a text that says so', async (_, prepare, code, text) => {
    prepare();
    await expect(pods.find()).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    await expect(pods.find()).rejects.toThrow(`DNS look-up of ${SERVICE}`);
  });

  test('and gives up at once when cancelled, also while it asks for hosts', async () => {
    server.srv = Array.from({ length: 40 }, (_, index) => ({ name: `pod-${index}.example`, port: 1 }));
    server.a = 'silent';
    const result = pods.find();
    result.catch(() => undefined);
    while (server.queriesOf('A').length < 16) await new Promise((resolve) => setImmediate(resolve));
    pods.cancel();
    await expect(result).rejects.toMatchObject({ code: 'ECANCELLED' });
    expect(server.queriesOf('A')).toHaveLength(16);
  });
});
