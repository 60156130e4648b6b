import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { clientCredentials, serverCredentials } from '../../test/support/certificates.js';
import { unary, type EchoServer } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import type { Pool } from '../pool.js';

describe('a pool with TLS', () => {
  let harness: Harness;

  beforeEach(() => {
    harness = new Harness();
  });

  afterEach(() => harness.close());

  /** A pool of servers on 127.0.0.1 that are known as `target`. */
  function poolOf(
    target: string,
    servers: readonly EchoServer[],
    credentials: grpc.ChannelCredentials,
    args = {},
  ): Pool {
    const resolver = new ManualResolver();
    resolver.push(servers.map(({ port }) => endpointAt({ kind: 'tcp', host: '127.0.0.1', port })));
    return harness.pool(target, { resolvers: [manualResolverFactory('test', resolver)], ...args }, credentials);
  }

  test('verifies pods that it reaches by IP against the name of the target, with one credentials object for all', async () => {
    const servers = [
      await harness.server('127.0.0.1:0', serverCredentials('greeter')),
      await harness.server('127.0.0.1:0', serverCredentials('greeter')),
    ];
    const pool = poolOf('test:///greeter.prod:50051', servers, clientCredentials());
    const client = harness.client(pool);
    pool.connect();
    await until(() => pool.snapshot().members.every((member) => member.connectivity === 'ready'));
    await Promise.all(Array.from({ length: 40 }, () => unary(client, 'x')));
    expect(servers.map((server) => server.received.length > 0)).toEqual([true, true]);
  });

  test('refuses a pod whose certificate names another, with a cause that names both', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const pool = poolOf('test:///orders.prod', [server], clientCredentials());
    await expect(unary(harness.client(pool), 'x')).rejects.toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: expect.stringMatching(/orders\.prod.*greeter\.prod/),
    });
    expect(server.received).toEqual([]);
  });

  test('refuses a pod of an unknown authority', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const pool = poolOf('test:///greeter.prod', [server], grpc.credentials.createSsl());
    await expect(unary(harness.client(pool), 'x')).rejects.toMatchObject({
      details: expect.stringMatching(/self-signed certificate/),
    });
  });

  test('takes the name that the user overrides it with', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const args = { 'grpc.ssl_target_name_override': 'greeter.prod' };
    const pool = poolOf('test:///orders.prod', [server], clientCredentials(), args);
    expect(await unary(harness.client(pool), 'x')).toBe('x');
  });

  test('verifies a server that is named by its address against that address', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('loopback'));
    const good = harness.pool(`ipv4:127.0.0.1:${server.port}`, {}, clientCredentials());
    expect(await unary(harness.client(good), 'x')).toBe('x');
    const literal = harness.pool(`dns:///127.0.0.1:${server.port}`, {}, clientCredentials());
    expect(await unary(harness.client(literal), 'x')).toBe('x');
    const named = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const wrong = harness.pool(`ipv4:127.0.0.1:${named.port}`, {}, clientCredentials());
    await expect(unary(harness.client(wrong), 'x')).rejects.toMatchObject({
      details: expect.stringContaining('127.0.0.1'),
    });
  });

  test('verifies each address of a list against itself and not against the first', async () => {
    const server = await harness.server('127.0.0.2:0', serverCredentials('loopback'));
    const pool = harness.pool(`ipv4:127.0.0.3:1,127.0.0.2:${server.port}`, {}, clientCredentials());
    expect(await unary(harness.client(pool), 'x')).toBe('x');
  });

  test('shows its own certificate to servers that ask for one (mTLS)', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('greeter', true));
    const pool = poolOf('test:///greeter.prod', [server], clientCredentials(true));
    expect(await unary(harness.client(pool), 'x')).toBe('x');
    const without = poolOf('test:///greeter.prod', [server], clientCredentials());
    await expect(unary(harness.client(without), 'x')).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test('sends call credentials, those of the call and those of the channel', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const token = (name: string): grpc.CallCredentials =>
      grpc.credentials.createFromMetadataGenerator((_, callback) => {
        const metadata = new grpc.Metadata();
        metadata.set(`x-${name}`, 'token');
        callback(null, metadata);
      });
    const composite = grpc.credentials.combineChannelCredentials(clientCredentials(), token('channel'));
    const pool = poolOf('test:///greeter.prod', [server], composite);
    await unary(harness.client(pool), 'x', { credentials: token('call') });
    expect(server.received[0]!.getMap()).toMatchObject({ 'x-channel': 'token', 'x-call': 'token' });
  });
});
