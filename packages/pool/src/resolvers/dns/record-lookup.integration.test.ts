import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { TestDnsServer, type Lie } from '../../../test/support/dns-server.js';
import { dnsClient } from './dns-client.js';
import type { LookupResult } from './lookup.js';
import { RecordLookup } from './record-lookup.js';

describe('RecordLookup asks a real DNS server', () => {
  let server: TestDnsServer;
  let lookup: RecordLookup;
  let leaks: LeakCheck;
  const resolve = (): Promise<LookupResult> => lookup.resolve('greeter.example');

  beforeEach(async () => {
    leaks = leakCheck();
    server = await TestDnsServer.listen();
    lookup = new RecordLookup(dnsClient([`127.0.0.1:${server.port}`]));
  });

  afterEach(async () => {
    lookup.cancel();
    await server.close();
    await leaks.assertNothingLeft();
  });

  test('for A of exactly this name and, where there is one, for nothing else; and tells addresses and TTL', async () => {
    server.a = ['10.0.0.1', '10.0.0.2'];
    server.ttlSeconds = 7;
    expect(await resolve()).toEqual({ addresses: ['10.0.0.1', '10.0.0.2'], ttlSeconds: 7, name: 'greeter.example' });
    expect(server.queries).toEqual(['greeter.example A udp']);
  });

  test('anew each time, however long the records live', async () => {
    server.a = ['10.0.0.1'];
    server.ttlSeconds = 3_600;
    await resolve();
    server.a = ['10.0.0.2'];
    expect(await resolve()).toMatchObject({ addresses: ['10.0.0.2'] });
  });

  test('and uses one family: IPv4 where there is any', async () => {
    server.a = ['10.0.0.1'];
    server.aaaa = ['fd00::1'];
    expect(await resolve()).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test('and uses IPv6 where there is no IPv4, and stays with it when IPv4 appears', async () => {
    server.aaaa = ['fd00::1', 'fd00::2'];
    expect(await resolve()).toMatchObject({ addresses: ['fd00::1', 'fd00::2'] });
    server.a = ['10.0.0.1'];
    expect(await resolve()).toMatchObject({ addresses: ['fd00::1', 'fd00::2'] });
    server.aaaa = [];
    expect(await resolve()).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test('and does not change the family because its server failed for the first one', async () => {
    server.a = ['10.0.0.1'];
    server.aaaa = ['fd00::1'];
    await resolve();
    server.a = 'SERVFAIL';
    await expect(resolve()).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });

  test('and takes the family that answers when the other never has', async () => {
    server.a = 'SERVFAIL';
    server.aaaa = ['fd00::1'];
    expect(await resolve()).toMatchObject({ addresses: ['fd00::1'] });
  });

  test('by TCP after a truncated answer', async () => {
    server.a = Array.from({ length: 100 }, (_, index) => `10.0.1.${index}`);
    server.truncates = true;
    const { addresses } = await resolve();
    expect(addresses).toHaveLength(100);
    expect(server.queries).toContain('greeter.example A tcp');
  });

  test.each<[string, () => void, string, string]>([
    ['an empty answer', () => undefined, 'ENODATA', 'the name has no A or AAAA record'],
    ['NXDOMAIN', () => (server.a = server.aaaa = 'NXDOMAIN'), 'ENOTFOUND', 'the name does not exist (NXDOMAIN)'],
    ['SERVFAIL', () => (server.a = server.aaaa = 'SERVFAIL'), 'ESERVFAIL', 'the server failed (SERVFAIL)'],
    ['REFUSED', () => (server.a = server.aaaa = 'REFUSED'), 'EREFUSED', 'the server refused to answer (REFUSED)'],
    [
      'FORMERR',
      () => (server.a = server.aaaa = 'FORMERR'),
      'EFORMERR',
      'the server did not understand the query (FORMERR)',
    ],
    ['NOTIMP', () => (server.a = server.aaaa = 'NOTIMP'), 'ENOTIMP', 'the server does not serve such queries (NOTIMP)'],
    ['half a message', () => (server.lie = 'half a message'), 'EBADRESP', 'the server answered with nonsense'],
    ['records of another type', () => (server.lie = 'another type'), 'ENODATA', 'the name has no A or AAAA record'],
    ['an alias of itself', () => (server.lie = 'a loop'), 'ENODATA', 'the name has no A or AAAA record'],
    [
      'an alias that leads nowhere',
      () => (server.alias = 'gone.example'),
      'ENODATA',
      'the name has no A or AAAA record',
    ],
    ['no A and a failure for AAAA', () => (server.aaaa = 'SERVFAIL'), 'ESERVFAIL', 'the server failed (SERVFAIL)'],
  ])('and rejects on %s with a text that says so', async (_, prepare, code, text) => {
    prepare();
    await expect(resolve()).rejects.toMatchObject({ code, message: `DNS look-up of greeter.example: ${text}` });
  });

  test('and rejects when there is no answer in time', async () => {
    server.a = server.aaaa = 'silent';
    await expect(resolve()).rejects.toMatchObject({ code: 'ETIMEOUT' });
  }, 30_000);

  test('and follows aliases; the shortest TTL of all counts', async () => {
    server.alias = 'greeter-7.example';
    server.a = ['10.0.0.1'];
    server.ttlSeconds = 9;
    expect(await resolve()).toEqual({ addresses: ['10.0.0.1'], ttlSeconds: 9, name: 'greeter.example' });
  });

  test('and takes an address that is told twice once', async () => {
    server.a = ['10.0.0.1', '10.0.0.1'];
    expect(await resolve()).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test('and is patient with one that is slow', async () => {
    server.a = ['10.0.0.1'];
    server.delayMs = 500;
    expect(await resolve()).toMatchObject({ addresses: ['10.0.0.1'] });
  });

  test.each<Lie>(['another id', 'another question'])('and drops an answer to %s', async (lie) => {
    server.a = ['10.0.0.1'];
    server.lie = lie;
    const client = new Resolver({ timeout: 100, tries: 1 });
    client.setServers([`127.0.0.1:${server.port}`]);
    await expect(new RecordLookup(client).resolve('greeter.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  });

  test('and believes it the names of the records: that is the limit of what c-ares looks at', async () => {
    server.a = ['10.0.0.1'];
    server.lie = 'another name';
    expect(await resolve()).toMatchObject({ addresses: ['10.6.6.6'] });
  });

  test('and gives up at once when cancelled', async () => {
    server.a = server.aaaa = 'silent';
    const result = resolve();
    result.catch(() => undefined);
    lookup.cancel();
    await expect(result).rejects.toMatchObject({ code: 'ECANCELLED' });
  });
});
