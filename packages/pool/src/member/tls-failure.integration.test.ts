import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { clientCredentials, serverCredentials } from '../../test/support/certificates.js';
import { unary } from '../../test/support/echo-server.js';
import { Harness } from '../../test/support/harness.js';

describe('a pod that TLS fails with is named with the reason: in the event, the explanation and the error, when', () => {
  let harness: Harness;

  beforeEach(() => {
    harness = new Harness();
  });

  afterEach(() => harness.close());

  test.each<[string, grpc.ServerCredentials, grpc.ChannelCredentials, RegExp]>([
    [
      'its certificate has expired',
      serverCredentials('expired'),
      clientCredentials(),
      /the server's certificate has expired \(certificate has expired\)/,
    ],
    [
      'its certificate is for another name',
      serverCredentials('loopback'),
      clientCredentials(),
      /the server's certificate is for another name \(.*Host: greeter\.prod.*loopback/,
    ],
    [
      'its certificate is of an authority that nobody trusts',
      serverCredentials('other-greeter'),
      clientCredentials(),
      /the server's certificate is of no authority that the client trusts/,
    ],
    [
      'it demands a client certificate and gets none',
      serverCredentials('greeter', true),
      clientCredentials(),
      /client('s)? certificate/,
    ],
    [
      'it refuses the client certificate without a word',
      serverCredentials('greeter', true),
      clientCredentials('other-client'),
      /the server hung up .* it may refuse the client's certificate/,
    ],
    [
      'it does not speak TLS',
      grpc.ServerCredentials.createInsecure(),
      clientCredentials(),
      /the server does not speak TLS \(wrong version number\)/,
    ],
    [
      'it speaks TLS and the client does not',
      serverCredentials('greeter'),
      grpc.credentials.createInsecure(),
      /the server hung up .* it may expect TLS/,
    ],
  ])('%s', async (_, serverSide, clientSide, reason) => {
    const server = await harness.server('127.0.0.1:0', serverSide);
    const resolver = new ManualResolver();
    resolver.push([endpointAt({ kind: 'tcp', host: '127.0.0.1', port: server.port })]);
    const options = { resolvers: [manualResolverFactory('test', resolver)] };
    const pool = harness.pool('test:///greeter.prod:50051', options, clientSide);
    const causes: string[] = [];
    pool.on('member', ({ cause }) => cause !== undefined && causes.push(cause));
    const failure = await unary(harness.client(pool), 'x').catch((error: grpc.ServiceError) => error);
    const named = new RegExp(`connect to 127\\.0\\.0\\.1:${server.port} failed: .*${reason.source}`);
    expect(failure).toMatchObject({ code: grpc.status.UNAVAILABLE, details: expect.stringMatching(named) });
    expect(causes[0]).toMatch(named);
    expect(causes[0]).not.toMatch(/\n|openssl|20\d\d-/);
    expect(pool.explain()).toMatch(named);
    expect(server.received).toEqual([]);
  });
});
