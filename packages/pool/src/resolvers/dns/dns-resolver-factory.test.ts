import { describe, expect, test } from '@jest/globals';
import { authorityOf, parseTarget, SchemeRegistry } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { dnsResolverFactory } from './dns-resolver-factory.js';

const schemes = new SchemeRegistry([dnsResolverFactory], { defaultScheme: 'dns' });

describe('dnsResolverFactory', () => {
  test.each([
    ['dns:///greeter.prod:50051', 'greeter.prod:50051'],
    ['dns:///:50051', 'localhost:50051'],
    ['dns:///[fd00::1]:50051', '[fd00::1]:50051'],
    // What follows the service is what certificates are for.
    ['dns:///_grpc._tcp.greeter.prod', 'greeter.prod'],
    ['dns:///_grpc._tcp.greeter.prod.', 'greeter.prod'],
    ['dns:///_grpc._tcp', '_grpc._tcp'],
  ])('the authority of %s is %s', (text, authority) => {
    expect(authorityOf(parseTarget(text, schemes).target, dnsResolverFactory)).toBe(authority);
  });

  // grpc-go TestCustomAuthority, but for names of servers: one that has to be looked up first needs another server.
  test.each([
    'dns://4.3.2.1:53/a',
    'dns://4.3.2.1:123/a',
    'dns://4.3.2.1/a',
    'dns://[::1]:123/a',
    'dns://[::1]/a',
    'dns://:123/a',
  ])('takes the server of %s', (text) => {
    const context = { clock: new VirtualClock(), random: new SeededRandom(1), options: { refreshIntervalMs: 5_000 } };
    const { target } = parseTarget(text, schemes);
    dnsResolverFactory.create(target, context).close();
  });
});
