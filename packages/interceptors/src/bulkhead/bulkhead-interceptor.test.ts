import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { BulkheadConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeCall, FakeChannel } from '../../test/fake-channel.js';
import { ObservedCall, settle, type CallSetup } from '../../test/observed-call.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor, type PolicyContext } from '../chain.js';
import { BottomCall } from '../channel/bottom-call.js';
import { interceptChannel, type InterceptedChannel } from '../channel/intercept-channel.js';
import { methodDefinitionOf } from '../channel/method-definition.js';
import { createPolicyContext } from '../policy-context.js';
import type { Bulkhead } from './bulkhead.js';
import { bulkheadInterceptor } from './bulkhead-interceptor.js';
import type { MethodBulkhead } from './method-bulkhead.js';

const { CANCELLED, DEADLINE_EXCEEDED, INTERNAL, OK, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const PATH = '/test.Echo/Unary';

let clock: VirtualClock;
let wire: FakeChannel;
let context: PolicyContext;
let channel: InterceptedChannel;
let bulkhead: Bulkhead;

/** Another channel over the same wire. */
function use(config: Partial<BulkheadConfig>): void {
  const full: BulkheadConfig = { maxConcurrent: 2, maxQueue: 2, priority: 0, ...config };
  channel = interceptChannel(wire, (path) => interceptorsFor({ bulkhead: full }, context, path));
  bulkhead = context.bulkheads.of(PATH, full);
}

beforeEach(() => {
  clock = new VirtualClock();
  wire = new FakeChannel();
  context = createPolicyContext({ clock });
  use({});
});

afterEach(() => {
  context.close();
  expect(clock.pendingTimers).toBe(0);
});

const OPTIONS = { method_definition: methodDefinitionOf(PATH) };
const methodBulkhead = (): MethodBulkhead => ({ bulkhead, priority: 0, clock, waits: context.retry.waits });
const wireCallOf = (): FakeCall => new FakeCall([PATH, Infinity, null, null, undefined], true);
const fail = (): never => {
  throw new Error('boom');
};

const begin = (setup: CallSetup = {}): ObservedCall => new ObservedCall(channel, setup).unary();
const figures = (): readonly number[] => [bulkhead.running, bulkhead.waiting];
const wireCall = (index: number): FakeCall => {
  const call = wire.calls[index];
  if (!call) throw new Error(`there is no call ${index}`);
  return call;
};

describe('a free slot', () => {
  test('lets a call out at once, and is free again after its end', () => {
    const call = begin();
    expect([wire.calls.length, figures()]).toEqual([1, [1, 0]]);
    wire.last.message('hi').ok();
    expect([call.code, call.messages, figures()]).toEqual([OK, ['hi'], [0, 0]]);
  });

  test('is released once, also when a cancel follows the end, as with NestJS', () => {
    const call = begin();
    wire.last.ok();
    call.call.cancelWithStatus(CANCELLED, 'teardown');
    wire.last.end(CANCELLED);
    expect(figures()).toEqual([0, 0]);
  });

  test('is kept by a stream until its end', () => {
    new ObservedCall(channel).start();
    wire.last.headers().message('one').message('two');
    expect(figures()).toEqual([1, 0]);
    wire.last.end(UNAVAILABLE);
    expect(figures()).toEqual([0, 0]);
  });

  test('is kept by a cancelled call until its status', () => {
    const call = begin();
    call.call.cancelWithStatus(CANCELLED, '');
    expect([call.code, figures()]).toEqual([CANCELLED, [0, 0]]);
  });

  test('is not taken by a call that is made and not started, as behind an interceptor that answers by itself', () => {
    const idle = bulkheadInterceptor(methodBulkhead())(OPTIONS, () => new BottomCall(wireCallOf()));
    expect(figures()).toEqual([0, 0]);
    idle.startRead();
    idle.cancelWithStatus(CANCELLED, '');
    expect(figures()).toEqual([0, 0]);
  });

  test('is not taken by a call that is cancelled before it starts, and what came early waits for the start', async () => {
    const statuses: grpc.StatusObject[] = [];
    const given = wireCallOf();
    const call = bulkheadInterceptor(methodBulkhead())(OPTIONS, () => new BottomCall(given));
    call.cancelWithStatus(CANCELLED, 'never mind');
    call.start(new grpc.Metadata(), { onReceiveStatus: (status) => statuses.push(status) });
    await settle();
    expect([given.started, figures()]).toEqual([false, [0, 0]]);
    expect(statuses).toEqual([expect.objectContaining({ code: CANCELLED, details: 'never mind' })]);
    const reading = wireCallOf();
    const early = bulkheadInterceptor(methodBulkhead())(OPTIONS, () => new BottomCall(reading));
    early.startRead();
    expect(reading.reads).toBe(0);
    early.start(new grpc.Metadata());
    expect([reading.started, reading.reads, figures()]).toEqual([true, 1, [1, 0]]);
  });

  test('is given back, once, when something throws at the start', () => {
    const thrower = Object.assign(wireCallOf(), { start: fail });
    const call = bulkheadInterceptor(methodBulkhead())(OPTIONS, () => new BottomCall(thrower));
    expect(() => call.start(new grpc.Metadata())).toThrow('boom');
    expect(figures()).toEqual([0, 0]);
  });

  test('is given back when the channel underneath throws', () => {
    wire.closed = true;
    expect(() => begin()).toThrow('shut down');
    expect(figures()).toEqual([0, 0]);
  });
});

describe('a call that has to wait', () => {
  test('goes out when a slot is free, with all that the client did meanwhile, in order', () => {
    begin();
    begin();
    const waiting = new ObservedCall(channel).start();
    waiting.call.startRead();
    waiting.write('a').call.halfClose();
    expect([wire.calls.length, figures(), waiting.written]).toEqual([2, [2, 1], []]);
    wireCall(0).ok();
    expect([wire.calls.length, figures(), waiting.written]).toEqual([3, [2, 0], [0]]);
    expect([wire.last.sent, wire.last.reads, wire.last.halfClosed]).toEqual([['a'], 1, true]);
    wire.last.message('b').ok();
    expect([waiting.code, waiting.messages]).toEqual([OK, ['b']]);
  });

  test('goes out in the order of arrival, one for each slot, and nobody overtakes', async () => {
    use({ maxConcurrent: 1, maxQueue: 10 });
    for (const text of ['0', '1', '2', '3']) new ObservedCall(channel).unary(text);
    const late = (): ObservedCall => new ObservedCall(channel).unary('late');
    wireCall(0).ok();
    late();
    await settle();
    for (let n = 1; n < 5; n++) {
      expect(wire.calls).toHaveLength(n + 1);
      wireCall(n).ok();
    }
    expect(wire.calls.map(({ sent }) => sent[0])).toEqual(['0', '1', '2', '3', 'late']);
    expect(figures()).toEqual([0, 0]);
  });

  test('goes out while another one of its group ends in the same turn', () => {
    use({ maxConcurrent: 1, maxQueue: 3 });
    begin();
    // The listener of each call ends the next one at once.
    const texts: string[] = [];
    for (const text of ['1', '2', '3']) {
      const call = channel.createCall(PATH, Infinity, null, null, undefined);
      const onReceiveStatus = (): number => texts.push(text);
      call.start(new grpc.Metadata(), {
        onReceiveMetadata: () => undefined,
        onReceiveMessage: () => undefined,
        onReceiveStatus,
      });
    }
    for (let n = 0; n < 4; n++) wireCall(n).ok();
    expect([texts, figures()]).toEqual([
      ['1', '2', '3'],
      [0, 0],
    ]);
  });

  test('by the priority of its method first, within a group', () => {
    const group = { maxConcurrent: 1, maxQueue: 9, group: 'db' };
    const of = (path: string): BulkheadConfig => ({ ...group, priority: path.endsWith('High') ? 1 : 0 });
    channel = interceptChannel(wire, (path) => interceptorsFor({ bulkhead: of(path) }, context, path));
    for (const name of ['Low', 'Low', 'High', 'Low', 'High']) begin({ path: `/a.B/${name}` });
    for (let n = 0; n < 5; n++) wireCall(n).ok();
    expect(wire.calls.map(({ args }) => args[0].slice(5))).toEqual(['Low', 'High', 'High', 'Low', 'Low']);
  });

  test('ends with DEADLINE_EXCEEDED at its deadline, and leaves the queue', async () => {
    begin();
    begin();
    const waiting = begin({ deadline: clock.epochNow() + 100 });
    clock.advance(99);
    expect(figures()).toEqual([2, 1]);
    clock.advance(1);
    await settle();
    expect([waiting.code, figures(), wire.calls.length]).toEqual([DEADLINE_EXCEEDED, [2, 0], 2]);
    expect(waiting.status.details).toContain('while waiting in the bulkhead: /test.Echo/Unary (2 of 2 calls under way');
    expect(attemptsOf(waiting.status)).toEqual([expect.objectContaining({ failure: 'unsent' })]);
  });

  test('ends when it is cancelled, and its place is free', async () => {
    begin();
    begin();
    const waiting = begin();
    waiting.call.cancelWithStatus(CANCELLED, 'never mind');
    await settle();
    expect([waiting.code, waiting.status.details, figures()]).toEqual([CANCELLED, 'never mind', [2, 0]]);
    wireCall(0).ok();
    wireCall(1).ok();
    expect([wire.calls.length, figures()]).toEqual([2, [0, 0]]);
  });

  test('ends when its parent call is cancelled', async () => {
    begin();
    begin();
    const parent = Object.assign(new EventEmitter(), { getDeadline: () => Infinity, cancelled: false });
    const waiting = begin({ parent: parent as never });
    parent.emit('cancelled');
    await settle();
    expect([waiting.code, figures(), parent.listenerCount('cancelled')]).toEqual([CANCELLED, [2, 0], 0]);
  });

  test('ends when the channel is closed, and so does one that comes later', async () => {
    begin();
    begin();
    const waiting = begin();
    context.close();
    await settle();
    expect([waiting.code, figures(), clock.pendingTimers]).toEqual([UNAVAILABLE, [2, 0], 0]);
    const later = begin();
    await settle();
    expect([later.code, figures()]).toEqual([UNAVAILABLE, [2, 0]]);
  });

  test('ends when the channel underneath was closed meanwhile, and the slot goes to the next, and is free', async () => {
    use({ maxConcurrent: 1 });
    begin();
    const waiting = [begin(), begin()];
    wire.closed = true;
    wireCall(0).ok();
    await settle();
    expect(waiting.map(({ code }) => code)).toEqual([UNAVAILABLE, UNAVAILABLE]);
    expect([waiting[0]?.status.details, figures()]).toEqual(['Channel has been shut down', [0, 0]]);
  });

  test('ends with INTERNAL when something throws at its start, and the slot goes to the next, and is free', async () => {
    use({ maxConcurrent: 1 });
    begin();
    const waiting = begin();
    const next = begin();
    wire.onCall = (call) => {
      wire.onCall = undefined;
      call.start = fail;
    };
    wireCall(0).ok();
    await settle();
    expect([waiting.code, waiting.status.details]).toEqual([INTERNAL, 'The call could not be started: boom']);
    expect([wireCall(1).cancelled?.code, figures()]).toEqual([INTERNAL, [1, 0]]);
    wire.last.ok();
    expect([next.code, figures()]).toEqual([OK, [0, 0]]);
  });

  test('ends so when what it was given meanwhile throws, and its status comes once', async () => {
    use({ maxConcurrent: 1 });
    begin();
    const waiting = new ObservedCall(channel).start().write('a').write('b');
    wire.onCall = (call) => {
      call.sendMessageWithContext = fail;
    };
    wireCall(0).ok();
    await settle();
    expect([waiting.code, wire.last.started, figures()]).toEqual([INTERNAL, true, [0, 0]]);
    expect(wire.last.cancelled?.code).toBe(INTERNAL);
    expect(waiting.written).toEqual([1]);
  });

  test.each<[string, () => void]>([
    ['when another call gives it its slot', () => wireCall(0).ok()],
    ['when the channel is closed', () => context.close()],
  ])('goes on in the async context in which it was started, %s', async (_when, resume) => {
    use({ maxConcurrent: 1 });
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const listener = {
      onReceiveMetadata: () => undefined,
      onReceiveMessage: () => undefined,
      onReceiveStatus: () => seen.push(request.getStore()),
    };
    wire.onCall = () => seen.push(request.getStore());
    request.run('A', () => begin());
    request.run('B', () =>
      channel.createCall(PATH, Infinity, null, null, undefined).start(new grpc.Metadata(), listener),
    );
    request.run('A', () => resume());
    await settle();
    expect([seen.length, seen.slice(0, 1), seen.slice(1)]).toEqual([2, ['A'], ['B']]);
  });

  test('keeps the process alive: somebody awaits it', () => {
    begin();
    begin();
    begin();
    expect(clock.pendingKeepAliveTimers).toBe(1);
  });
});

describe('a call too many', () => {
  test('ends with RESOURCE_EXHAUSTED and the figures, and its trail says why', async () => {
    for (let n = 0; n < 4; n++) begin();
    const call = begin();
    await settle();
    expect([call.code, figures()]).toEqual([RESOURCE_EXHAUSTED, [2, 2]]);
    expect(call.status.details).toBe('The bulkhead is full: /test.Echo/Unary (2 of 2 calls under way, 2 of 2 waiting)');
    expect(attemptsOf(call.status)[0]?.next.reason).toBe('the bulkhead was full');
  });

  test('without a queue, as soon as no slot is free', async () => {
    use({ maxConcurrent: 1, maxQueue: 0 });
    begin();
    const call = begin();
    await settle();
    expect([call.code, wire.calls.length]).toEqual([RESOURCE_EXHAUSTED, 1]);
  });
});

test('a storm: never more under way than allowed, and every call ends once', async () => {
  use({ maxConcurrent: 5, maxQueue: 50 });
  const calls = Array.from({ length: 100 }, () => begin());
  let most = 0;
  for (let n = 0; n < wire.calls.length; n++) {
    most = Math.max(most, wire.calls.filter(({ ended }) => !ended).length);
    wireCall(n).ok();
  }
  await settle();
  const codes = calls.map(({ code }) => code);
  expect(codes.filter((code) => code === OK)).toHaveLength(55);
  expect(codes.filter((code) => code === RESOURCE_EXHAUSTED)).toHaveLength(45);
  expect([most, figures()]).toEqual([5, [0, 0]]);
});

test('new limits count for calls under way, and let those waiting out', () => {
  use({ maxConcurrent: 1, maxQueue: 5 });
  for (let n = 0; n < 4; n++) begin();
  expect(figures()).toEqual([1, 3]);
  use({ maxConcurrent: 3, maxQueue: 5 });
  expect([figures(), wire.calls.length]).toEqual([[3, 1], 3]);
});

describe('a deadline that comes when a call has its slot after a wait', () => {
  /** A call that gets its slot 93 ms after its start. */
  const late = (): ObservedCall => {
    begin();
    begin();
    const call = begin({ deadline: clock.epochNow() + 100 });
    clock.advance(93);
    wireCall(0).ok();
    return call;
  };
  const text = 'Deadline exceeded after 7 ms, waiting for a pod';

  test('is told with the wait', () => {
    const call = late();
    wireCall(2).end(DEADLINE_EXCEEDED, text, 'unsent');
    expect(call.status.details).toBe(`${text}; before that, the call waited 93 ms in the bulkhead: ${PATH}`);
    expect(attemptsOf(call.status)).toHaveLength(1);
  });

  test('but not where nobody waited, nor when it is the server that says so', () => {
    const call = late();
    wireCall(2).headers().end(DEADLINE_EXCEEDED, text);
    const other = begin();
    wireCall(3).end(DEADLINE_EXCEEDED, text, 'unsent');
    expect([call.status.details, other.status.details]).toEqual([text, text]);
  });
});
