import { describe, expect, test } from '@jest/globals';
import {
  attachAttemptContext,
  attemptContextOf,
  isLocalEnd,
  roundRobin,
  type AttemptContext,
  type BalancingPolicy,
  type CallOutcome,
  type FailureClass,
  type Load,
} from '@fairlead/core';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import type { FakeCall } from '../../test/support/fake-channel.js';
import { pod, TestCall, turn, VirtualPool } from '../../test/support/virtual-pool.js';

const inFlight = (virtual: VirtualPool): number =>
  virtual.pool.snapshot().members.reduce((sum, member) => sum + member.inFlight, 0);

/** Metadata with an attempt context that writes down what the pool says. */
function attempt(tried: string[] = []): { metadata: Metadata; said: unknown[] } {
  const said: unknown[] = [];
  const context: AttemptContext = {
    tried: new Set(tried),
    onPicked: (endpoint, othersUntried) => said.push([endpoint.id, othersUntried]),
    onFailed: (failure: FailureClass) => said.push(failure),
  };
  const metadata = new Metadata();
  attachAttemptContext(metadata, context);
  return { metadata, said };
}

describe('a call on a pool', () => {
  test('lets go of its attempt when it is over: the HTTP/2 stream that it hangs on lives longer', () => {
    const virtual = VirtualPool.ready(1);
    const { metadata } = attempt();
    virtual.call({ metadata });
    expect(attemptContextOf(metadata)).toBeDefined();
    virtual.channel(1).calls[0]!.end();
    expect(attemptContextOf(metadata)).toBeUndefined();
    virtual.pool.close();
  });

  test('is in flight on its member from the pick to its status, and never after', () => {
    const virtual = VirtualPool.ready(1);
    const call = virtual.call();
    expect(inFlight(virtual)).toBe(1);
    const [sent] = virtual.channel(1).calls;
    sent!.respond();
    expect(inFlight(virtual)).toBe(1);
    sent!.end();
    expect(inFlight(virtual)).toBe(0);
    expect(call.statuses).toHaveLength(1);
    call.onReceiveStatus = () => {
      throw new Error('told twice');
    };
    sent!.ended = false;
    sent!.end();
    expect(inFlight(virtual)).toBe(0);
  });

  test('is in flight until a cancel has taken effect, and a cancel after the end is nothing', async () => {
    const virtual = VirtualPool.ready(1);
    const call = virtual.call();
    call.call.cancelWithStatus(status.CANCELLED, 'Cancelled on client');
    await turn();
    expect(call.status).toMatchObject({ code: status.CANCELLED, details: 'Cancelled on client' });
    expect(inFlight(virtual)).toBe(0);
    call.call.cancelWithStatus(status.CANCELLED, 'again');
    await turn();
    expect(call.statuses).toHaveLength(1);
    expect(virtual.channel(1).calls[0]!.did.filter((what) => what === 'cancel')).toHaveLength(1);
  });

  test('is over, and tried nowhere else, when a connected channel refuses to make it', async () => {
    const virtual = VirtualPool.ready(2);
    virtual.channel(1).createCall = () => {
      throw new TypeError('no such argument');
    };
    virtual.channel(2).createCall = virtual.channel(1).createCall;
    const call = virtual.call();
    await turn();
    expect(call.status).toMatchObject({
      code: status.INTERNAL,
      details: 'call could not be started: no such argument',
    });
    expect(inFlight(virtual)).toBe(0);
  });

  test('fails as unsent, with no load left behind, when the channel was closed under it', async () => {
    const virtual = VirtualPool.ready(1);
    const channel = virtual.channel(1);
    channel.createCall = () => {
      channel.lose();
      throw new Error('Channel has been shut down');
    };
    const { metadata, said } = attempt();
    const call = virtual.call({ metadata });
    expect(call.statuses).toEqual([]);
    await turn();
    expect(call.status).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'call could not be started: Channel has been shut down',
    });
    expect(said).toEqual([[pod(1).id, false], 'unsent']);
    expect(inFlight(virtual)).toBe(0);
  });

  test('does to the member’s call what was done to it before a member was picked, in that order', () => {
    const virtual = new VirtualPool();
    const call = virtual.call();
    const written: string[] = [];
    call.call.setCredentials(credentials.createEmpty());
    call.call.startRead();
    call.call.sendMessageWithContext({ callback: () => written.push('first') }, Buffer.from('one'));
    call.call.sendMessageWithContext({ callback: () => written.push('second') }, Buffer.from('two'));
    call.call.halfClose();
    virtual.resolver.push([pod(1)]);
    expect(written).toEqual([]);
    virtual.channel(1).ready();
    const [sent] = virtual.channel(1).calls;
    expect(sent!.did).toEqual(['start', 'read', 'message one', 'message two', 'half-close']);
    expect(written).toEqual(['first', 'second']);
    expect(sent!.credentials).toBeDefined();
  });

  test('lets writers go on when it fails before a member was picked, and after', async () => {
    const virtual = new VirtualPool();
    const call = virtual.call();
    const written: string[] = [];
    call.call.sendMessageWithContext({ callback: () => written.push('before') }, Buffer.from('one'));
    call.call.cancelWithStatus(status.CANCELLED, '');
    await turn();
    call.call.sendMessageWithContext({ callback: () => written.push('after') }, Buffer.from('two'));
    expect(written).toEqual(['before', 'after']);
  });

  test('that was cancelled before it was started tells so when it is started', async () => {
    const virtual = VirtualPool.ready(1);
    const call = virtual.pool.createCall('/test.Echo/Unary', Infinity, null, null, null);
    call.cancelWithStatus(status.CANCELLED, 'not wanted');
    await turn();
    const listener = Object.create(TestCall.prototype) as TestCall;
    Object.assign(listener, { statuses: [] });
    call.start(new Metadata(), listener);
    await turn();
    expect(listener.statuses).toEqual([expect.objectContaining({ code: status.CANCELLED, details: 'not wanted' })]);
    expect(virtual.channel(1).calls).toEqual([]);
  });

  test('is not sent when who is told of the pick cancels it', async () => {
    const virtual = VirtualPool.ready(1);
    const { metadata, said } = attempt();
    const call = virtual.pool.createCall('/test.Echo/Unary', Infinity, null, null, null);
    const context = attemptContextOf(metadata)!;
    attachAttemptContext(metadata, { ...context, onPicked: () => call.cancelWithStatus(status.CANCELLED, 'enough') });
    const listener = Object.create(TestCall.prototype) as TestCall;
    Object.assign(listener, { statuses: [] });
    call.start(metadata, listener);
    await turn();
    expect(listener.statuses).toEqual([expect.objectContaining({ code: status.CANCELLED, details: 'enough' })]);
    expect(virtual.channel(1).calls).toEqual([]);
    expect([said, inFlight(virtual)]).toEqual([['unsent'], 0]);
    expect(virtual.pool.snapshot().counters).toMatchObject({ picks: 1, failed: 1 });
  });

  test('knows its peer as soon as it has a member', () => {
    const virtual = new VirtualPool();
    const { call } = virtual.call();
    expect(call.getPeer()).toBe('unknown');
    virtual.resolver.push([pod(1)]);
    virtual.channel(1).ready();
    expect(call.getPeer()).toBe('10.0.0.1:50051');
    expect(call.getAuthContext()).toBeNull();
    expect(call.getCallNumber()).toBe(1);
  });
});

describe('what a member’s load is told', () => {
  /** A round robin whose loads write down how calls ended. */
  function recording(): { balancing: () => BalancingPolicy; outcomes: CallOutcome[] } {
    const outcomes: CallOutcome[] = [];
    const inner = roundRobin()();
    const end = (_: number, outcome: CallOutcome): number => outcomes.push(outcome);
    const load: Load = { inFlight: 0, valueAt: () => 0, begin: () => ({ responded: () => undefined, end }) };
    const policy: BalancingPolicy = {
      name: 'recording',
      createLoad: () => load,
      update: (members, context) => inner.update(members, context),
    };
    return { balancing: () => policy, outcomes };
  }

  test.each<[string, CallOutcome, (call: TestCall, sent: FakeCall) => void]>([
    ['an answer', 'success', (_, sent) => sent.end(status.NOT_FOUND)],
    ['a failure', 'failure', (_, sent) => sent.end(status.UNAVAILABLE, 'Connection dropped')],
    ['a refused stream', 'neutral', (_, sent) => sent.end(status.UNAVAILABLE, 'Stream refused by server')],
    [
      'a token that could not be had',
      'neutral',
      (_, sent) => sent.end(status.UNKNOWN, 'Getting metadata from plugin failed with error: no token'),
    ],
    ['a cancel', 'neutral', ({ call }) => call.cancelWithStatus(status.CANCELLED, '')],
    // What a client does when it cannot serialise a message.
    ['a cancel as an error', 'neutral', ({ call }) => call.cancelWithStatus(status.INTERNAL, 'cannot serialise')],
  ])('%s is %s', async (_, outcome, end) => {
    const { balancing, outcomes } = recording();
    const virtual = VirtualPool.ready(1, { balancing });
    end(virtual.call(), virtual.channel(1).calls[0]!);
    await turn();
    expect(outcomes).toEqual([outcome]);
  });

  test('a call whose end brings another policy is in flight on none of the loads of that one', () => {
    const virtual = VirtualPool.ready(1);
    const another = roundRobin();
    const changing: BalancingPolicy = {
      name: 'changing',
      createLoad: () => ({
        inFlight: 0,
        valueAt: () => 0,
        begin: () => ({ responded: () => undefined, end: () => virtual.pool.setBalancing(another) }),
      }),
      update: (members, context) => another().update(members, context),
    };
    virtual.pool.setBalancing(() => changing);
    virtual.call();
    virtual.channel(1).calls[0]!.end();
    expect(virtual.pool.snapshot()).toMatchObject({ policy: 'round_robin', members: [{ inFlight: 0 }] });
  });

  test('a call that the pool cuts is neutral, and marked as ended here; what the server still said counts', async () => {
    const { balancing, outcomes } = recording();
    const virtual = VirtualPool.ready(1, { balancing, drainGraceMs: 1_000 });
    const { metadata, said } = attempt();
    const cut = virtual.call({ metadata });
    const answered = virtual.call();
    const [, sent] = virtual.channel(1).calls;
    sent!.cancelWithStatus = () => sent!.end(status.INTERNAL, 'broken');
    virtual.resolver.push([pod(2)]);
    virtual.channel(2).ready();
    virtual.clock.advance(1_000);
    await turn();
    expect([cut.status?.code, isLocalEnd(cut.status!)]).toEqual([status.UNAVAILABLE, true]);
    expect([answered.status?.code, isLocalEnd(answered.status!)]).toEqual([status.INTERNAL, false]);
    expect(said.at(-1)).toBe('maybe-processed');
    expect(outcomes.toSorted()).toEqual(['failure', 'neutral']);
  });
});

describe('what a pool says to an attempt', () => {
  test.each<[string, FailureClass, status, string, boolean]>([
    ['a connection that was gone', 'unsent', status.UNAVAILABLE, 'No connection established. Last error: x', false],
    ['a stream that the transport refused', 'refused', status.UNAVAILABLE, 'Stream refused by server', false],
    ['a connection that broke', 'maybe-processed', status.UNAVAILABLE, 'Connection dropped', false],
    ['a server that says the same text', 'maybe-processed', status.UNAVAILABLE, 'Stream refused by server', true],
  ])('%s is %s', (_, failure, code, details, fromServer) => {
    const virtual = VirtualPool.ready(2);
    const { metadata, said } = attempt();
    virtual.call({ metadata });
    const sent = virtual.channels.find((channel) => channel.calls.length > 0)!;
    const trailers = new Metadata();
    if (fromServer) trailers.set('content-type', 'application/grpc+proto');
    sent.calls[0]!.end(code, details, trailers);
    expect(said).toEqual([[sent.endpoint.id, true], failure]);
  });

  test('a status after headers is the server’s, whatever its text', () => {
    const virtual = VirtualPool.ready(1);
    const { metadata, said } = attempt();
    virtual.call({ metadata });
    const [sent] = virtual.channel(1).calls;
    sent!.respond();
    sent!.end(status.UNAVAILABLE, 'No connection established. Last error: x');
    expect(said).toEqual([[pod(1).id, false], 'maybe-processed']);
  });

  test('whether another ready member is left that was not tried', () => {
    const virtual = VirtualPool.ready(3);
    const first = attempt([pod(1).id]);
    virtual.call({ metadata: first.metadata });
    expect(first.said).toEqual([[expect.not.stringContaining('10.0.0.1:'), true]]);
    const second = attempt([pod(1).id, pod(2).id]);
    virtual.call({ metadata: second.metadata });
    expect(second.said).toEqual([[pod(3).id, false]]);
  });

  test('nothing about a member when none could be picked', async () => {
    const virtual = new VirtualPool();
    const { metadata, said } = attempt();
    virtual.call({ metadata });
    virtual.resolver.fail(new Error('SERVFAIL'));
    await turn();
    expect(said).toEqual(['unsent']);
  });
});

describe('a deadline that is exceeded', () => {
  const failuresAfter = (
    usualMs: readonly number[],
    givenUpAfterMs: number,
    code = status.DEADLINE_EXCEEDED,
  ): number => {
    const outcomes: CallOutcome[] = [];
    const policy = roundRobin()();
    const watching: BalancingPolicy = {
      name: 'watching',
      createLoad(): Load {
        const load = policy.createLoad();
        return {
          get inFlight() {
            return load.inFlight;
          },
          valueAt: (now) => load.valueAt(now),
          begin(now) {
            const completion = load.begin(now);
            return {
              responded: (...args) => completion.responded(...args),
              end(at, outcome, ...rest) {
                outcomes.push(outcome);
                completion.end(at, outcome, ...rest);
              },
            };
          },
        };
      },
      update: (members, context) => policy.update(members, context),
    };
    const virtual = VirtualPool.ready(1, { balancing: () => watching });
    const callFor = (ms: number): FakeCall => {
      virtual.call();
      virtual.clock.advance(ms);
      return virtual.channel(1).calls.at(-1)!;
    };
    for (const ms of usualMs) {
      const call = callFor(ms);
      call.respond();
      call.end();
    }
    callFor(givenUpAfterMs).end(code, 'too late');
    virtual.pool.close();
    return outcomes.filter((outcome) => outcome === 'failure').length;
  };

  // Specs: "a DEADLINE_EXCEEDED whose deadline was shorter than the endpoint's normal latency" is none of a breaker's failures.
  test.each([
    [[20, 22, 21], 1, 0],
    [[20, 22, 21], 19, 0],
    [[20, 22, 21], 25, 1],
    [[], 1, 1],
    [[5, 2_000, 2_000], 300, 1],
  ])('after answers in %j ms and a deadline of %d ms is held against the member: %d', (usual, deadline, failures) => {
    expect(failuresAfter(usual, deadline)).toBe(failures);
  });

  test('counts for that status alone', () => {
    expect(failuresAfter([20], 1, status.UNAVAILABLE)).toBe(1);
  });
});
