import { describe, expect, test } from '@jest/globals';
import type { Endpoint, Resolver, ResolverFactory, ResolverListener } from '@fairlead/core';
import { pod, turn, VirtualPool } from '../test/support/virtual-pool.js';
import { status } from '@grpc/grpc-js';

/** A resolver that a test gives the body of. */
function resolverOf(parts: Partial<Resolver>): { resolvers: ResolverFactory[] } {
  const resolver = { start: () => undefined, refresh: () => undefined, close: () => undefined, ...parts };
  return { resolvers: [{ schemes: ['test'], create: () => resolver }] };
}

function errorsOf(virtual: VirtualPool): string[] {
  const errors: string[] = [];
  virtual.pool.on('resolverError', (error) => errors.push(error.message));
  return errors;
}

describe('a pool and its resolver', () => {
  test('starts the resolver at the first call and not before', () => {
    const virtual = new VirtualPool();
    expect(virtual.resolver.started).toBe(false);
    virtual.call();
    expect(virtual.resolver.started).toBe(true);
    virtual.pool.connect();
    virtual.call();
  });

  test('takes a resolver that throws in start as one that answered with that error', async () => {
    const start = (): void => {
      throw new Error('no such cluster');
    };
    const virtual = new VirtualPool(resolverOf({ start }));
    const errors = errorsOf(virtual);
    const call = virtual.call();
    await turn();
    expect(call.status).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'name resolution of test:///pods failed: no such cluster',
    });
    expect(errors).toEqual(['no such cluster']);
  });

  test('takes a resolver that throws in refresh as one that answered with that error', () => {
    let listener: ResolverListener | undefined;
    const virtual = new VirtualPool(
      resolverOf({
        start: (given) => {
          listener = given;
          given.onState({ endpoints: [pod(1)], attributes: {} }, 0);
        },
        refresh: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- a resolver of somebody else may do so
          throw 'not even an error';
        },
      }),
    );
    const errors = errorsOf(virtual);
    virtual.pool.connect();
    virtual.channel(1).ready();
    virtual.pool.refresh();
    expect(errors).toEqual(['not even an error']);
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'READY', resolver: { lastError: 'not even an error' } });
    listener!.onState({ endpoints: [pod(1)], attributes: {} }, 5);
    expect(virtual.pool.snapshot().resolver.lastError).toBeUndefined();
  });

  test('lives with a resolver that answers twice at once: the later answer counts', () => {
    const virtual = new VirtualPool(
      resolverOf({
        start: (listener) => {
          listener.onState({ endpoints: [pod(1), pod(2)], attributes: {} }, 0);
          listener.onState({ endpoints: [pod(2), pod(3)], attributes: {} }, 0);
        },
      }),
    );
    virtual.pool.connect();
    expect(virtual.pool.snapshot().members.map((member) => member.address)).toEqual([
      '10.0.0.2:50051',
      '10.0.0.3:50051',
    ]);
    expect(virtual.channel(1).closed).toBe(true);
  });

  test('lets calls wait, up to their deadline, for a resolver that answers nothing', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call({ deadline: virtual.clock.epochNow() + 500 });
    virtual.clock.advance(499);
    await turn();
    expect(call.statuses).toEqual([]);
    virtual.clock.advance(1);
    await turn();
    expect(call.status).toMatchObject({
      code: status.DEADLINE_EXCEEDED,
      details: 'Deadline exceeded after 500 ms, waiting for a pod: test:///pods is being resolved',
    });
  });

  test('hears nothing after close, and closes the resolver once', () => {
    let listener: ResolverListener | undefined;
    let closes = 0;
    const virtual = new VirtualPool(resolverOf({ start: (given) => (listener = given), close: () => (closes += 1) }));
    const errors = errorsOf(virtual);
    virtual.pool.connect();
    virtual.pool.close();
    virtual.pool.close();
    listener!.onState({ endpoints: [pod(1)], attributes: {} }, 0);
    listener!.onError(new Error('too late'), 0);
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'SHUTDOWN', members: [], resolver: {} });
    expect({ channels: virtual.channels, errors, closes }).toEqual({ channels: [], errors: [], closes: 1 });
  });

  test('never starts a resolver that is closed before it was needed', () => {
    const virtual = new VirtualPool();
    virtual.pool.close();
    virtual.pool.connect();
    virtual.pool.refresh();
    expect(virtual.resolver.started).toBe(false);
    expect(virtual.resolver.closed).toBe(false);
  });

  test('closes everything else when the resolver throws in close', () => {
    const close = (): void => {
      throw new Error('stuck');
    };
    const virtual = new VirtualPool(
      resolverOf({ start: (listener) => listener.onState({ endpoints: [pod(1)], attributes: {} }, 0), close }),
    );
    virtual.pool.connect();
    expect(() => virtual.pool.close()).toThrow('stuck');
    expect(virtual.channel(1).closed).toBe(true);
    expect(virtual.clock.pendingTimers).toBe(0);
  });

  const tcp = (host: unknown, port: unknown): Endpoint =>
    ({ id: 'a', addresses: [{ kind: 'tcp', host, port }], attributes: {} }) as Endpoint;
  test.each<[string, unknown, RegExp]>([
    ['an endpoint without port', [tcp('10.0.0.1', undefined)], /^endpoints\[0\]\.addresses\[0\]\.port: undefined/],
    ['a port out of range', [pod(1), tcp('10.0.0.1', 70_000)], /^endpoints\[1\]\.addresses\[0\]\.port: 70000/],
    ['a host name', [tcp('greeter', 1)], /host: "greeter" \(expected: an IPv4 or IPv6 literal/],
    ['no list', 'greeter', /^endpoints: "greeter" \(expected: a list/],
    ['nothing at all', undefined, /^endpoints: undefined/],
  ])('refuses %s with a cause that says so, and keeps what it had', async (_, endpoints, message) => {
    const first = new VirtualPool();
    const call = first.call();
    first.resolver.push({ endpoints: endpoints as Endpoint[], attributes: {} });
    await turn();
    expect(call.status!.code).toBe(status.UNAVAILABLE);
    expect(call.status!.details.replace('name resolution of test:///pods failed: ', '')).toMatch(message);

    const second = VirtualPool.ready(2);
    const errors = errorsOf(second);
    second.resolver.push({ endpoints: endpoints as Endpoint[], attributes: {} });
    expect(second.pool.snapshot()).toMatchObject({ state: 'READY', members: [{}, {}] });
    expect(errors).toEqual([expect.stringMatching(message)]);
  });

  test('keeps its pods when the resolver answers an empty list, and warns', () => {
    const virtual = VirtualPool.ready(2);
    const codes: string[] = [];
    virtual.pool.on('warning', ({ code }) => codes.push(code));
    virtual.resolver.push([]);
    expect(virtual.pool.snapshot()).toMatchObject({ state: 'READY', members: [{}, {}] });
    expect(codes).toEqual(['resolver-empty']);
  });

  test('fails calls when the first answer is an empty list', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call();
    virtual.resolver.push([]);
    await turn();
    expect(call.status).toMatchObject({ code: status.UNAVAILABLE, details: 'test:///pods has no endpoints' });
    expect(virtual.pool.getConnectivityState(false)).toBe(3);
  });
});
