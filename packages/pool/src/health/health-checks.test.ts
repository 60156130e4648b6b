import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { outlierDetection, pickFirst, roundRobin, weightedRoundRobin, type BalancingPolicy } from '@fairlead/core';
import { status } from '@grpc/grpc-js';
import type { FakeChannel } from '../../test/support/fake-channel.js';
import {
  asking,
  changesOf,
  checked,
  healthy,
  isOpen,
  NOT_SERVING,
  openOn,
  PATH,
  requestOf,
  say,
  SERVICE_UNKNOWN,
  SERVING,
  stateOf,
  UNKNOWN,
  watchesOn,
  watchOn,
} from '../../test/support/health-rig.js';
import { pod, turn, VirtualPool } from '../../test/support/virtual-pool.js';

function eventsOf(virtual: VirtualPool): string[] {
  const seen: string[] = [];
  virtual.pool.on('healthCheckUnimplemented', ({ endpoint }) => seen.push(`unimplemented ${endpoint.id}`));
  virtual.pool.on('warning', ({ code }) => seen.push(code));
  return seen;
}

/** Which pods get the next so many calls. */
function pickedIn(virtual: VirtualPool, calls: number): number[] {
  const before = virtual.pool.snapshot().members.map(({ picks }) => picks);
  for (let made = 0; made < calls; made += 1) virtual.call();
  return virtual.pool.snapshot().members.map(({ picks }, index) => picks - before[index]!);
}

describe('a pod whose health is checked', () => {
  test('gets no call before its server says SERVING, and calls wait until then', () => {
    const virtual = checked(1);
    const call = virtual.call();
    const { did } = watchOn(virtual.channel(1));
    expect(did).toEqual(['start', asking('foo'), 'half-close', 'read']);
    virtual.clock.advance(600_000);
    expect([stateOf(virtual, 1), virtual.pool.snapshot().state, call.statuses]).toEqual([
      'connecting',
      'CONNECTING',
      [],
    ]);
    say(virtual.channel(1), SERVING);
    expect([stateOf(virtual, 1), virtual.pool.snapshot().state]).toEqual(['ready', 'READY']);
    expect(virtual.channel(1).calls).toHaveLength(2);
  });

  test.each([
    [UNKNOWN, 'UNKNOWN'],
    [NOT_SERVING, 'NOT_SERVING'],
    [SERVICE_UNKNOWN, 'SERVICE_UNKNOWN'],
    [9, '9'],
  ])('gets none while it says %i (%s), and keeps its connection and its streams', (answer, name) => {
    const virtual = healthy(2);
    const changes = changesOf(virtual);
    const stream = virtual.call();
    const carried = virtual.channels.flatMap(({ calls }) => calls).find(({ path }) => path !== PATH)!;
    say(virtual.channel(1), answer);
    say(virtual.channel(2), SERVING);
    expect([stateOf(virtual, 1), stateOf(virtual, 2)]).toEqual(['transient-failure', 'ready']);
    expect(pickedIn(virtual, 4)).toEqual([0, 4]);
    expect([virtual.channel(1).closed, virtual.channels.length]).toEqual([false, 2]);
    carried.respond();
    expect(stream.messages).toHaveLength(1);
    const [first] = virtual.pool.snapshot().members;
    expect(first!.lastError).toBe(`10.0.0.1:50051 is unhealthy (${name})`);
    say(virtual.channel(1), SERVING);
    expect(pickedIn(virtual, 4)).toEqual([2, 2]);
    expect(changes).toEqual(['ready → transient-failure', 'transient-failure → ready']);
    expect(virtual.pool.snapshot().members[0]!.lastError).toBeUndefined();
  });

  test('that sends what is no answer is not well', () => {
    const virtual = healthy(1);
    watchOn(virtual.channel(1)).respond(Buffer.from([0xff, 0xff]));
    expect(virtual.pool.explain()).toContain('unhealthy (an answer that is none)');
    say(virtual.channel(1), SERVING);
    expect(stateOf(virtual, 1)).toBe('ready');
  });

  test('is told of once, however often its server says the same', () => {
    const virtual = healthy(1);
    const changes = changesOf(virtual);
    for (const answer of [SERVING, NOT_SERVING, NOT_SERVING, UNKNOWN]) say(virtual.channel(1), answer);
    expect(changes).toEqual(['ready → transient-failure']);
    expect(virtual.pool.snapshot().members[0]!.lastError).toContain('UNKNOWN');
  });

  test('says in explain() and to listeners what is wrong', () => {
    const virtual = checked(2);
    const causes: unknown[] = [];
    virtual.pool.on('member', ({ cause, lost, unhealthy }) => causes.push([cause, lost, unhealthy]));
    say(virtual.channel(2), NOT_SERVING);
    const [, first, second] = virtual.pool.explain().split('\n');
    expect(first).toContain('10.0.0.1:50051: not pickable, connected, its health is not known yet');
    expect(second).toContain('10.0.0.2:50051: not pickable, unhealthy (NOT_SERVING)');
    expect(causes).toEqual([['10.0.0.2:50051 is unhealthy (NOT_SERVING)', false, true]]);
    virtual.clock.advance(3_000);
    say(virtual.channel(2), SERVING);
    expect(virtual.pool.explain()).toContain(
      '10.0.0.2:50051: ready; last error 3 s ago: 10.0.0.2:50051 is unhealthy (NOT_SERVING)',
    );
  });

  test('counts as failed until it is well, also when its connection is lost meanwhile', () => {
    const virtual = healthy(1);
    const changes = changesOf(virtual);
    say(virtual.channel(1), NOT_SERVING);
    virtual.clock.advance(2_000);
    virtual.channel(1).lose();
    virtual.channel(1).ready();
    expect(openOn(virtual.channel(1))).toBe(1);
    expect(stateOf(virtual, 1)).toBe('transient-failure');
    say(virtual.channel(1), SERVING);
    expect(changes.filter((change) => !change.startsWith('transient-failure → transient'))).toEqual([
      'ready → transient-failure',
      'transient-failure → ready',
    ]);
  });

  test('is asked by a stream that is no call of the application', () => {
    const virtual = healthy(1);
    const { counters, members } = virtual.pool.snapshot();
    expect(members[0]).toMatchObject({ picks: 0, inFlight: 0, load: 0 });
    expect(counters).toMatchObject({ picks: 0, succeeded: 0, failed: 0 });
  });
});

describe('when no pod is well', () => {
  test('calls fail and say why, but for those that wait for a ready one', async () => {
    const virtual = healthy(2);
    for (const n of [1, 2]) say(virtual.channel(n), NOT_SERVING);
    virtual.resolver.push([pod(1), pod(2)]);
    expect(virtual.pool.snapshot().state).toBe('TRANSIENT_FAILURE');
    const patient = virtual.call({ waitForReady: true });
    const impatient = virtual.call();
    await turn();
    const failed = impatient.status;
    expect(failed).toMatchObject({ code: status.UNAVAILABLE });
    expect(failed!.details).toContain('last error: 10.0.0.2:50051 is unhealthy (NOT_SERVING)');
    expect(failed!.details).toContain('10.0.0.1:50051: not pickable, unhealthy (NOT_SERVING)');
    expect(patient.statuses).toEqual([]);
    say(virtual.channel(2), SERVING);
    expect(virtual.channel(2).calls).toHaveLength(2);
  });

  test('ready() waits for so many that are well', async () => {
    const virtual = checked(3, { minReadyMembers: 2 });
    let isReady = false;
    void virtual.pool.ready().then(() => (isReady = true));
    say(virtual.channel(1), SERVING);
    say(virtual.channel(2), NOT_SERVING);
    await turn();
    expect(isReady).toBe(false);
    say(virtual.channel(3), SERVING);
    await turn();
    expect(isReady).toBe(true);
  });

  test('ready() says at its end what is wrong', async () => {
    const virtual = checked(1);
    const ready = virtual.pool.ready({ timeoutMs: 1_000 });
    say(virtual.channel(1), NOT_SERVING);
    virtual.clock.advance(1_000);
    await expect(ready).rejects.toThrow('unhealthy (NOT_SERVING)');
  });
});

describe('a server without the health service', () => {
  test('counts as healthy, is not asked again on this connection, and is told of once', () => {
    const virtual = checked(2);
    const seen = eventsOf(virtual);
    watchOn(virtual.channel(1)).end(status.UNIMPLEMENTED);
    expect(stateOf(virtual, 1)).toBe('ready');
    virtual.clock.advance(3_600_000);
    virtual.pool.setHealthCheck('bar');
    expect(watchesOn(virtual.channel(1))).toHaveLength(1);
    virtual.channel(1).lose();
    virtual.channel(1).ready();
    expect(stateOf(virtual, 1)).toBe('connecting');
    watchOn(virtual.channel(1)).end(status.UNIMPLEMENTED);
    expect(stateOf(virtual, 1)).toBe('ready');
    expect(seen).toEqual([`unimplemented ${pod(1).id}`]);
  });
});

describe('a health watch that ends', () => {
  // grpc-java backoffRetriesWhenServerErroneouslyClosesRpcBeforeAnyResponse
  test('without an answer is begun anew by backoff, and the pod is not well', () => {
    const virtual = checked(1);
    const channel = virtual.channel(1);
    let step = 1_000;
    for (const expected of [1, 2, 3, 4]) {
      watchOn(channel).end(status.UNAVAILABLE, 'going down');
      expect(virtual.pool.explain()).toContain('unhealthy (the health watch ended with UNAVAILABLE: going down)');
      virtual.clock.advance(step * 0.8 - 1);
      expect(watchesOn(channel)).toHaveLength(expected);
      virtual.clock.advance(step * 0.4 + 1);
      expect(watchesOn(channel)).toHaveLength(expected + 1);
      expect(stateOf(virtual, 1)).toBe('transient-failure');
      step *= 1.6;
    }
    say(channel, SERVING);
    expect(stateOf(virtual, 1)).toBe('ready');
  });

  test('waits at most 120 s ± 20 %', () => {
    const virtual = checked(1);
    const channel = virtual.channel(1);
    for (let round = 0; round < 15; round += 1) {
      watchOn(channel).end(status.UNAVAILABLE);
      virtual.clock.advance(144_000);
    }
    expect(watchesOn(channel)).toHaveLength(16);
    watchOn(channel).end();
    virtual.clock.advance(95_999);
    expect(watchesOn(channel)).toHaveLength(16);
  });

  // grpc-java serverRespondResetsBackoff
  test('after an answer is begun anew at once, and the backoff begins at its first step', () => {
    const virtual = checked(1);
    const channel = virtual.channel(1);
    for (const ms of [1_200, 1_920, 3_072]) {
      watchOn(channel).end(status.UNAVAILABLE);
      virtual.clock.advance(ms);
    }
    say(channel, SERVING);
    const changes = changesOf(virtual);
    watchOn(channel).end(status.UNAVAILABLE);
    expect([watchesOn(channel).length, stateOf(virtual, 1)]).toEqual([5, 'connecting']);
    watchOn(channel).end(status.UNAVAILABLE);
    expect(stateOf(virtual, 1)).toBe('transient-failure');
    virtual.clock.advance(1_200);
    expect(watchesOn(channel)).toHaveLength(6);
    say(channel, SERVING);
    expect(changes).toEqual(['ready → connecting', 'connecting → transient-failure', 'transient-failure → ready']);
  });

  test('after bad news is none the better for it', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    say(channel, NOT_SERVING);
    const changes = changesOf(virtual);
    watchOn(channel).end(status.UNAVAILABLE, 'The server is shutting down');
    expect([watchesOn(channel).length, changes]).toEqual([2, []]);
    expect(virtual.pool.explain()).toContain('unhealthy (NOT_SERVING)');
  });

  test('is begun no more often than the first step of the backoff says, where a server ends each after an answer', () => {
    const virtual = checked(1);
    const channel = virtual.channel(1);
    for (let ms = 0; ms < 100_000; ms += 100) {
      if (!watchOn(channel).ended) {
        say(channel, NOT_SERVING);
        watchOn(channel).end(status.UNAVAILABLE);
      }
      virtual.clock.advance(100);
    }
    // Two for each: the one at once ends, too, and its successor waits for the next step.
    expect(watchesOn(channel).length).toBeGreaterThan(90);
    expect(watchesOn(channel).length).toBeLessThanOrEqual(202);
  });

  test('is not begun on a connection that is gone, which grpc-js would make again', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    channel.loseUnnoticed();
    watchOn(channel).end(status.UNAVAILABLE);
    virtual.clock.advance(5_000);
    expect([channel.state, channel.misplaced, watchesOn(channel).length]).toEqual([0, 0, 1]);
  });

  test('survives a channel that cannot make it', () => {
    const virtual = new VirtualPool({ balancing: roundRobin() });
    virtual.pool.setHealthCheck('foo');
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const channel = virtual.channel(1);
    const create = channel.createCall.bind(channel);
    channel.createCall = () => {
      throw new Error('Channel has been shut down');
    };
    channel.ready();
    channel.createCall = create;
    virtual.clock.advance(1_200);
    expect(watchesOn(channel)).toHaveLength(1);
  });
});

describe('a health watch is ended', () => {
  test.each<[string, (virtual: VirtualPool, channel: FakeChannel) => void]>([
    ['when its connection is lost', (_, channel) => channel.lose()],
    ['with a GOAWAY', (_, channel) => channel.session.emit('goaway')],
    ['when its pod leaves the target, whose calls go on', ({ resolver }) => resolver.push([pod(2)])],
    ['when nobody uses the pool', ({ clock }) => clock.advance(60_000)],
    ['when the service config does not ask for it any more', ({ pool }) => pool.setHealthCheck(undefined)],
    ['when the balancing policy becomes pick_first', ({ pool }) => pool.setBalancing(pickFirst())],
    ['with the pool', ({ pool }) => pool.close()],
  ])('%s', (_, act) => {
    const virtual = healthy(2, { idleTimeoutMs: 60_000 });
    const channel = virtual.channel(1);
    const watch = watchOn(channel);
    act(virtual, channel);
    expect([watch.did.at(-1), watchesOn(channel)]).toEqual(['cancel', [watch]]);
    watch.respond(Buffer.from([8, NOT_SERVING]));
    watch.end(status.CANCELLED);
    expect([watch.did.at(-1), watchesOn(channel)]).toEqual(['cancel', [watch]]);
  });

  test('and does not hold up a pod that drains', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    let drained = 0;
    virtual.pool.on('drained', () => (drained += 1));
    virtual.resolver.push([pod(2)]);
    expect([drained, channel.closed]).toEqual([1, true]);
  });

  test('when its pod drains, while the calls of the pod go on', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    virtual.call();
    virtual.resolver.push([pod(2)]);
    expect([openOn(channel), channel.closed]).toEqual([0, false]);
  });

  test('and does not hold up the idle timeout', () => {
    const virtual = healthy(1, { idleTimeoutMs: 1_000 });
    virtual.clock.advance(1_000);
    expect([virtual.pool.snapshot().state, virtual.channel(1).closed]).toEqual(['IDLE', true]);
    virtual.pool.connect();
    virtual.channel(1).ready();
    expect(stateOf(virtual, 1)).toBe('connecting');
    say(virtual.channel(1), SERVING);
    expect(stateOf(virtual, 1)).toBe('ready');
  });

  test('also while it waits to be begun anew, and nothing is left to happen', () => {
    for (const act of [
      ({ pool }: VirtualPool) => pool.close(),
      ({ pool }: VirtualPool) => pool.setHealthCheck(undefined),
    ]) {
      const virtual = checked(3);
      for (const n of [1, 2, 3]) watchOn(virtual.channel(n)).end(status.UNAVAILABLE);
      const pending = virtual.clock.pendingTimers;
      act(virtual);
      expect(virtual.clock.pendingTimers).toBeLessThanOrEqual(pending - 3);
      virtual.clock.advance(300_000);
      expect([1, 2, 3].map((n) => watchesOn(virtual.channel(n)).length)).toEqual([1, 1, 1]);
    }
  });
});

describe('the service that is asked for', () => {
  // grpc-java serviceConfigHasNoHealthCheckingInitiallyButDoesLater
  test('may be named later: pods that are ready stay so until their servers answer', () => {
    const virtual = VirtualPool.ready(2, { balancing: roundRobin() });
    expect(virtual.channels.map(({ calls }) => calls.length)).toEqual([0, 0]);
    const changes = changesOf(virtual);
    virtual.pool.setHealthCheck('');
    expect(virtual.channels.map((channel) => requestOf(watchOn(channel)))).toEqual([asking(''), asking('')]);
    expect(changes).toEqual([]);
    say(virtual.channel(1), NOT_SERVING);
    say(virtual.channel(2), SERVING);
    expect(changes).toEqual(['ready → transient-failure']);
    virtual.resolver.push([pod(1), pod(2), pod(3)]);
    virtual.channel(3).ready();
    expect(stateOf(virtual, 3)).toBe('connecting');
  });

  // grpc-java serviceConfigChangesServiceNameWhenRpcActive
  test('may change: what is known of the other one holds until there is an answer', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    const changes = changesOf(virtual);
    virtual.pool.setHealthCheck('foo');
    expect(watchesOn(channel)).toHaveLength(1);
    virtual.pool.setHealthCheck('bar');
    expect([watchesOn(channel).map(isOpen), requestOf(watchOn(channel))]).toEqual([[false, true], asking('bar')]);
    expect(changes).toEqual([]);
    watchesOn(channel)[0]!.respond(Buffer.from([8, NOT_SERVING]));
    expect(changes).toEqual([]);
    say(channel, NOT_SERVING);
    virtual.pool.setHealthCheck('foo');
    expect(changes).toEqual(['ready → transient-failure']);
  });

  // grpc-java serviceConfigChangesServiceNameWhenRetryPending
  test('may change while a watch waits to be begun anew, which ends the waiting', () => {
    const virtual = checked(1);
    const channel = virtual.channel(1);
    watchOn(channel).end();
    virtual.pool.setHealthCheck('foo');
    expect(watchesOn(channel)).toHaveLength(1);
    virtual.pool.setHealthCheck('bar');
    expect([watchesOn(channel).length, requestOf(watchOn(channel))]).toEqual([2, asking('bar')]);
    virtual.clock.advance(2_000);
    expect(watchesOn(channel)).toHaveLength(2);
  });

  // grpc-java serviceConfigChangesServiceNameWhenRpcInactive
  test('may change while a pod is not connected', () => {
    const virtual = new VirtualPool({ balancing: roundRobin() });
    virtual.pool.setHealthCheck('foo');
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.pool.setHealthCheck('bar');
    virtual.channel(1).ready();
    expect(watchesOn(virtual.channel(1)).map(requestOf)).toEqual([asking('bar')]);
  });

  test('may be named no more: all that are connected are ready', () => {
    const virtual = checked(3);
    say(virtual.channel(1), NOT_SERVING);
    watchOn(virtual.channel(2)).end(status.UNAVAILABLE);
    virtual.pool.setHealthCheck(undefined);
    expect([1, 2, 3].map((n) => stateOf(virtual, n))).toEqual(['ready', 'ready', 'ready']);
    expect(virtual.pool.snapshot().members.map(({ lastError }) => lastError)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('health is not checked', () => {
  test('where healthChecking is false', () => {
    const virtual = checked(1, { healthChecking: false });
    const seen = eventsOf(virtual);
    expect([watchesOn(virtual.channel(1)), stateOf(virtual, 1), seen]).toEqual([[], 'ready', []]);
  });

  test.each<[string, () => BalancingPolicy]>([
    ['pick_first', pickFirst()],
    ['outlier_detection over pick_first', outlierDetection({ childPolicy: pickFirst() })],
  ])('by %s, which says so', (_, balancing) => {
    const virtual = new VirtualPool({ balancing });
    const seen = eventsOf(virtual);
    virtual.pool.setHealthCheck('foo');
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect([watchesOn(virtual.channel(1)), stateOf(virtual, 1)]).toEqual([[], 'ready']);
    expect(seen).toEqual(['health-check-unused']);
  });

  test('by pick_first, until another policy takes its place', () => {
    const virtual = checked(1, { balancing: pickFirst() });
    virtual.pool.setBalancing(roundRobin());
    expect(openOn(virtual.channel(1))).toBe(1);
    expect(stateOf(virtual, 1)).toBe('ready');
  });
});

describe('a health watch', () => {
  test('does not keep the process alive, while a call on the same connection does, also beside load reports', async () => {
    const balancing = weightedRoundRobin({ enableOobLoadReport: true });
    const virtual = healthy(1, { balancing });
    const channel = virtual.channel(1);
    channel.session.ref();
    await turn();
    expect(channel.session.holdsProcess).toBe(false);
    virtual.call();
    expect(channel.session.holdsProcess).toBe(true);
    say(channel, SERVING);
    expect(channel.session.holdsProcess).toBe(true);
    virtual.pool.setBalancing(roundRobin());
    channel.calls.findLast(({ path }) => path === '/test.Echo/Unary')!.end();
    expect(channel.session.holdsProcess).toBe(false);
  });

  test('on a new connection that is not yet in use does not hold the process for calls on the old one', async () => {
    const virtual = healthy(1, { maxConnectionAgeMs: 10_000 });
    virtual.call();
    virtual.clock.advance(11_000);
    const next = virtual.channel(1);
    next.ready();
    next.session.ref();
    await turn();
    expect(next.session.holdsProcess).toBe(false);
    say(next, SERVING);
    virtual.call();
    expect(next.session.holdsProcess).toBe(true);
  });

  test('that has ended leaves it to grpc-js again who holds the process', () => {
    const virtual = healthy(1);
    const channel = virtual.channel(1);
    virtual.pool.setHealthCheck(undefined);
    channel.session.ref();
    virtual.call();
    channel.calls.at(-1)!.end();
    expect(channel.session.holdsProcess).toBe(true);
  });

  test('belongs to no call, although one began it', () => {
    const context = new AsyncLocalStorage<string>();
    const virtual = VirtualPool.ready(1, { balancing: roundRobin() });
    const channel = virtual.channel(1);
    const create = channel.createCall.bind(channel);
    const seen: unknown[] = [];
    channel.createCall = (path) => {
      seen.push(context.getStore());
      return create(path);
    };
    context.run('a call', () => virtual.pool.setHealthCheck('foo'));
    expect(seen).toEqual([undefined]);
  });

  test('is not begun when who is told that the pod is ready asks for it and closes the pool', () => {
    const virtual = new VirtualPool({ balancing: roundRobin() });
    virtual.pool.on('member', ({ to }) => {
      if (to !== 'ready') return;
      virtual.pool.setHealthCheck('foo');
      virtual.pool.close();
    });
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    const channel = virtual.channel(1);
    channel.ready();
    expect([channel.closed, watchesOn(channel), virtual.clock.pendingTimers]).toEqual([true, [], 0]);
  });

  test('begins when who is told that the pod is ready asks for it', () => {
    const virtual = new VirtualPool({ balancing: roundRobin() });
    virtual.pool.on('member', ({ to }) => void (to === 'ready' && virtual.pool.setHealthCheck('foo')));
    virtual.pool.connect();
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect([openOn(virtual.channel(1)), stateOf(virtual, 1)]).toEqual([1, 'ready']);
  });

  test('may be ended by who is told of what it found', () => {
    for (const answer of [SERVING, NOT_SERVING]) {
      const virtual = checked(1);
      virtual.pool.on('member', () => virtual.pool.close());
      say(virtual.channel(1), answer);
      expect([openOn(virtual.channel(1)), virtual.clock.pendingTimers]).toEqual([0, 0]);
    }
    const virtual = checked(1);
    virtual.pool.on('member', () => virtual.pool.close());
    watchOn(virtual.channel(1)).end(status.UNAVAILABLE);
    expect(virtual.clock.pendingTimers).toBe(0);
  });
});
