import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { status as Code, Metadata } from '@grpc/grpc-js';
import { context, propagation, trace, type Context } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { attachAttemptContext, attemptContextOf, type AttemptContext, type MethodConfig } from '@fairlead/core';
import { FakeChannel, metadataOf, pod } from '../../../test/fake-channel.js';
import { HEDGING } from '../../../test/hedging-fixture.js';
import { ObservedCall, settle } from '../../../test/observed-call.js';
import { POLICY } from '../../../test/retry-fixture.js';
import { Spans, unregister } from '../../../test/span-fixture.js';
import { interceptorsFor, type PolicyContext } from '../../chain.js';
import { interceptChannel, type InterceptedChannel } from '../../channel/intercept-channel.js';
import { createPolicyContext } from '../../policy-context.js';
import type { TracingOptions } from './tracing-options.js';

const { CANCELLED, DEADLINE_EXCEEDED, INTERNAL, RESOURCE_EXHAUSTED, UNAVAILABLE } = Code;
const CALL = 'test.Echo/Unary';
const ATTEMPT = 'Attempt.test.Echo.Unary';

let spans: Spans;
let wire: FakeChannel;
let clock: VirtualClock;
let policies: PolicyContext;

beforeEach(() => {
  spans = new Spans().register();
});

afterEach(() => {
  policies.close();
  unregister();
  expect(spans.complaints).toEqual([]);
});

/** A channel whose wire the test plays, in virtual time. */
function traced(method: MethodConfig = {}, tracing: boolean | TracingOptions = true): InterceptedChannel {
  wire = new FakeChannel();
  clock = new VirtualClock();
  policies = createPolicyContext({ clock, random: new SeededRandom(1), target: 'dns:///echo.test:50051', tracing });
  return interceptChannel(wire, (path) => interceptorsFor(method, policies, path));
}

const SERVER = { 'server.address': 'echo.test', 'server.port': 50051 };
const START = { 'rpc.system.name': 'grpc', 'rpc.method': CALL, ...SERVER };
const scope = '@fairlead/interceptors';
const first = { 'previous-rpc-attempts': 0, 'transparent-retry': false, 'fairlead.attempt.kind': 'first' };
const at = (n: number) => ({
  'fairlead.member.id': pod(n).id,
  'network.peer.address': `10.0.0.${n}`,
  'network.peer.port': 1,
});
const ended = (name: string) =>
  name === 'OK' ? { 'rpc.status_code': 'OK' } : { 'rpc.status_code': name, 'error.type': name };

describe('what is exported', () => {
  test('of a call that succeeds (Go: Span)', () => {
    new ObservedCall(traced()).unary();
    wire.last.pick(pod(1)).headers().message('hi').ok();
    expect(spans.exported).toEqual([
      {
        name: ATTEMPT,
        kind: 'INTERNAL',
        parent: CALL,
        scope,
        attributes: { ...first, ...at(1), ...ended('OK') },
        events: [],
        status: 'OK',
      },
      {
        name: CALL,
        kind: 'CLIENT',
        parent: undefined,
        scope,
        attributes: { ...START, ...ended('OK') },
        events: [],
        status: 'OK',
      },
    ]);
  });

  test('of a call that fails (Go: RPCSpanErrorStatus)', () => {
    new ObservedCall(traced()).unary();
    wire.last.pick(pod(1)).end(INTERNAL, 'broken', 'maybe-processed');
    const status = 'ERROR: INTERNAL, broken';
    const reason = 'the server may have processed it, and the method has no retryPolicy';
    expect(spans.exported).toEqual([
      {
        name: ATTEMPT,
        kind: 'INTERNAL',
        parent: CALL,
        scope,
        attributes: {
          ...first,
          ...at(1),
          ...ended('INTERNAL'),
          'fairlead.attempt.failure': 'maybe-processed',
          'fairlead.attempt.retried': false,
          'fairlead.attempt.reason': reason,
        },
        events: [],
        status,
      },
      {
        name: CALL,
        kind: 'CLIENT',
        parent: undefined,
        scope,
        attributes: { ...START, ...ended('INTERNAL') },
        events: [],
        status,
      },
    ]);
  });

  test('of a call with retries: each attempt with its number, its kind and its reason', () => {
    new ObservedCall(traced({ retryPolicy: POLICY })).unary();
    wire.last.pick(pod(1), true).end(UNAVAILABLE, 'lost', 'unsent');
    // What the pool finds is what the retry policy said.
    const seen = attemptContextOf(wire.last.metadata);
    expect([seen?.kind, [...(seen?.tried ?? [])], seen?.optional]).toEqual(['transparent-retry', [pod(1).id], false]);
    wire.last.pick(pod(2), true).end(UNAVAILABLE, 'busy', 'maybe-processed');
    clock.advance(1_000);
    wire.last.pick(pod(3)).ok();
    const shown = spans.named('Attempt').map(({ attributes, status, parent }) => [attributes, status, parent]);
    const failed = (failure: string, reason: string) => ({
      ...ended('UNAVAILABLE'),
      'fairlead.attempt.failure': failure,
      'fairlead.attempt.retried': true,
      'fairlead.attempt.reason': reason,
    });
    expect(shown).toEqual([
      [{ ...first, ...at(1), ...failed('unsent', 'nothing of it left the process') }, 'ERROR: UNAVAILABLE, lost', CALL],
      [
        {
          'previous-rpc-attempts': 0,
          'transparent-retry': true,
          'fairlead.attempt.kind': 'transparent-retry',
          ...at(2),
          ...failed('maybe-processed', 'UNAVAILABLE is in retryableStatusCodes'),
        },
        'ERROR: UNAVAILABLE, busy',
        CALL,
      ],
      [
        {
          'previous-rpc-attempts': 1,
          'transparent-retry': false,
          'fairlead.attempt.kind': 'retry',
          ...at(3),
          ...ended('OK'),
        },
        'OK',
        CALL,
      ],
    ]);
    expect(spans.named(CALL)).toMatchObject([{ status: 'OK' }]);
  });

  test('of hedges: the losers end as cancelled, before the call ends', () => {
    new ObservedCall(traced({ hedgingPolicy: HEDGING })).unary();
    wire.last.pick(pod(1));
    clock.advance(100);
    wire.last.pick(pod(2)).headers().message('hi').ok();
    const reason = 'another attempt was answered first, or the call was over';
    expect(spans.exported.map(({ name, status, attributes }) => [name, status, attributes])).toEqual([
      [
        ATTEMPT,
        `ERROR: CANCELLED, ${reason}`,
        {
          ...first,
          ...at(1),
          ...ended('CANCELLED'),
          'fairlead.attempt.failure': 'maybe-processed',
          'fairlead.attempt.retried': false,
          'fairlead.attempt.reason': reason,
        },
      ],
      [
        ATTEMPT,
        'OK',
        {
          'previous-rpc-attempts': 1,
          'transparent-retry': false,
          'fairlead.attempt.kind': 'hedge',
          ...at(2),
          ...ended('OK'),
        },
      ],
      [CALL, 'OK', { ...START, ...ended('OK') }],
    ]);
  });

  test('of pods that the resolver knows more about', () => {
    new ObservedCall(traced()).unary();
    const endpoint = { ...pod(1), id: 'uid-1', attributes: { pod: 'echo-7', node: 'node-a', zone: 'z1' } };
    wire.last.pick(endpoint).ok();
    expect(spans.named('Attempt')[0]?.attributes).toMatchObject({
      'fairlead.member.id': 'uid-1',
      'fairlead.member.pod': 'echo-7',
      'fairlead.member.node': 'node-a',
      'fairlead.member.zone': 'z1',
      'network.peer.address': '10.0.0.1',
    });
  });

  test('of messages, when it was asked for, numbered per attempt (Go: StreamingRPC_TraceSequenceNumbers)', () => {
    const call = new ObservedCall(traced({}, { messageEvents: true })).start();
    call.write('a').write('bcd');
    wire.last.pick(pod(1)).headers().message('x').message('yz').ok();
    expect(spans.named('Attempt')[0]?.events).toEqual([
      ['Outbound message', { 'sequence-number': 0, 'message-size': 1 }],
      ['Outbound message', { 'sequence-number': 1, 'message-size': 3 }],
      ['Inbound message', { 'sequence-number': 0, 'message-size': 1 }],
      ['Inbound message', { 'sequence-number': 1, 'message-size': 2 }],
    ]);
    expect(spans.named(CALL)[0]?.events).toEqual([]);
  });

  test('of no message, where a client with a unary response is told that there is none', () => {
    new ObservedCall(traced({}, { messageEvents: true })).start();
    wire.last.pick(pod(1)).message(null).end(UNAVAILABLE, 'down', 'maybe-processed');
    expect(spans.named('Attempt')[0]?.events).toEqual([]);
  });

  test('of a delayed name resolution on the call, of a delayed pick on the attempt', () => {
    const events = (prefix: string) => spans.named(prefix).map((span) => span.events);
    const channel = traced();
    for (const delay of ['name-resolution', 'pick'] as const) {
      new ObservedCall(channel).unary();
      attemptContextOf(wire.last.metadata)?.onDelayed?.(delay);
      wire.last.pick(pod(1)).ok();
    }
    expect(events(CALL)).toEqual([[['Delayed name resolution complete', {}]], []]);
    expect(events('Attempt')).toEqual([[], [['Delayed LB pick complete', {}]]]);
  });

  test('of a delayed name resolution also without spans of attempts', () => {
    const channel = traced({ retryPolicy: POLICY }, { attemptSpans: false });
    for (const delay of ['name-resolution', 'pick'] as const) {
      new ObservedCall(channel).unary();
      const told = attemptContextOf(wire.last.metadata);
      told?.onDelayed?.(delay);
      expect([told?.kind, told?.optional, [...(told?.tried ?? [])]]).toEqual(['first', false, []]);
      wire.last.pick(pod(1), true).end(UNAVAILABLE, 'down', 'unsent');
      expect([...attemptContextOf(wire.last.metadata)!.tried]).toEqual([pod(1).id]);
      wire.last.pick(pod(2)).ok();
    }
    expect(spans.exported.map(({ name, events }) => [name, events])).toEqual([
      [CALL, [['Delayed name resolution complete', {}]]],
      [CALL, []],
    ]);
  });

  test('of metadata that was asked for, and of no other', () => {
    const channel = traced({}, { metadataAttributes: ['x-tenant', 'x-raw-bin', 'x-absent'] });
    const metadata = metadataOf({ 'x-tenant': ['a', 'b'], authorization: 'secret' });
    metadata.set('x-raw-bin', Buffer.from([1, 2, 3]));
    new ObservedCall(channel).unary('hi', metadata);
    wire.last.ok();
    expect(spans.named(CALL)[0]?.attributes).toEqual({
      ...START,
      ...ended('OK'),
      'rpc.request.metadata.x-tenant': ['a', 'b'],
      'rpc.request.metadata.x-raw-bin': ['AQID'],
    });
  });

  const old = {
    'rpc.system': 'grpc',
    'rpc.service': 'test.Echo',
    'rpc.grpc.status_code': 14,
    'grpc.error_name': 'Error',
    'grpc.error_message': '14 UNAVAILABLE: down',
  };
  test.each([
    ['old', 'grpc.test.Echo/Unary', { ...old, ...SERVER, 'rpc.method': 'Unary' }],
    ['dup', CALL, { ...old, ...START, ...ended('UNAVAILABLE') }],
    ['stable', CALL, { ...START, ...ended('UNAVAILABLE') }],
  ] as const)('in the %s conventions', (semconv, name, attributes) => {
    new ObservedCall(traced({}, { semconv })).unary();
    wire.last.end(UNAVAILABLE, 'down', 'maybe-processed');
    expect(spans.exported.at(-1)).toMatchObject({ name, attributes });
    expect(Object.keys(spans.exported.at(-1)?.attributes ?? {}).sort()).toEqual(Object.keys(attributes).sort());
  });
});

describe('propagation', () => {
  const idsOf = (attempt: number): string => {
    const { traceId, spanId } = spans.raw[attempt]!.spanContext();
    return `00-${traceId}-${spanId}-01`;
  };

  test('each attempt sends its own span, and the metadata of the caller stays as it is (Go: Span_WithW3CContextPropagator)', () => {
    const metadata = metadataOf({ traceparent: 'of instrumentation-grpc', 'x-mine': '1' });
    new ObservedCall(traced()).unary('hi', metadata);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    wire.last.pick(pod(2)).ok();
    expect(wire.calls.map((call) => call.metadata.getMap())).toEqual([
      { traceparent: idsOf(0), 'x-mine': '1' },
      { traceparent: idsOf(1), 'x-mine': '1' },
    ]);
    expect(metadata.getMap()).toEqual({ traceparent: 'of instrumentation-grpc', 'x-mine': '1' });
    expect(Object.getOwnPropertySymbols(metadata.getOptions())).toEqual([]);
  });

  test('the span that is active where the call is made is its parent, and its baggage goes along (Go: BaggagePropagation)', () => {
    const channel = traced();
    const parent = spans.provider.getTracer('app').startSpan('handler');
    const baggage = propagation.createBaggage({ tenant: { value: 'ä b' } });
    context.with(propagation.setBaggage(trace.setSpan(context.active(), parent), baggage), () =>
      new ObservedCall(channel).unary(),
    );
    wire.last.ok();
    parent.end();
    expect(wire.last.metadata.get('baggage')).toEqual(['tenant=%C3%A4%20b']);
    expect(spans.named(CALL)).toMatchObject([{ parent: 'handler' }]);
  });

  test('without attempt spans, the span of the call is sent, in a copy of the metadata', () => {
    const metadata = new Metadata();
    new ObservedCall(traced({}, { attemptSpans: false })).unary('hi', metadata);
    wire.last.ok();
    expect(spans.exported.map(({ name }) => name)).toEqual([CALL]);
    expect([wire.last.metadata.get('traceparent'), metadata.getMap()]).toEqual([[idsOf(0)], {}]);
  });

  test('a call that is not sampled says so, and nothing else is worked out for it', () => {
    unregister();
    const off = new Spans(new AlwaysOffSampler()).register();
    const call = new ObservedCall(traced({}, { metadataAttributes: ['x-tenant'], messageEvents: true }));
    call.unary('hi', metadataOf({ 'x-tenant': 'a' }));
    expect(wire.last.metadata.get('traceparent')[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    wire.last.message('x').ok();
    expect([call.messages, call.code, off.exported]).toEqual([['x'], Code.OK, []]);
  });

  test('a value that metadata cannot hold is left out; the call is made', () => {
    const set = {
      inject: (_c: Context, carrier: unknown, setter: { set(c: unknown, k: string, v: string): void }) => {
        setter.set(carrier, 'x-bad', 'a\nb');
        setter.set(carrier, 'x-good', 'c');
        setter.set(carrier, 'x-raw-bin', 'AQID');
      },
    };
    new ObservedCall(traced({}, { propagator: set })).unary();
    expect(wire.last.metadata.getMap()).toEqual({ 'x-good': 'c', 'x-raw-bin': Buffer.from([1, 2, 3]) });
    expect(spans.complaints.splice(0)).toEqual(['Fairlead: "x-bad" is not propagated']);
  });

  test('with a provider and a propagator of its own, nothing need be registered', () => {
    unregister();
    const propagator = { inject: (_context: never, carrier: unknown) => (carrier as Metadata).set('x-trace', '1') };
    new ObservedCall(traced({}, { tracerProvider: spans.provider, propagator })).unary();
    wire.last.ok();
    expect([spans.exported.length, wire.last.metadata.getMap()]).toEqual([2, { 'x-trace': '1' }]);
  });
});

test('what the pool says of an attempt goes on to whoever had asked for it', () => {
  const heard: unknown[] = [];
  const context: AttemptContext = {
    tried: new Set(),
    onDelayed: (delay) => heard.push(delay),
    onPicked: ({ id }, othersUntried) => heard.push(id, othersUntried),
    onFailed: (failure, dropped) => heard.push(failure, dropped),
  };
  const channel = traced();
  const call = interceptChannel(wire, (path) => [
    policies.tracing!.call(path),
    (options, nextCall) => {
      const next = nextCall(options);
      const start = next.start.bind(next);
      next.start = (metadata, listener) => {
        attachAttemptContext(metadata, context);
        start(metadata, listener);
      };
      return next as never;
    },
    policies.tracing!.attempt(path),
  ]);
  new ObservedCall(call).unary();
  const told = attemptContextOf(wire.last.metadata);
  told?.onDelayed?.('pick');
  told?.onPicked(pod(1), true);
  told?.onFailed('refused', true);
  wire.last.end(UNAVAILABLE);
  expect(heard).toEqual(['pick', pod(1).id, true, 'refused', true]);
  expect(spans.named('Attempt')[0]?.attributes).toMatchObject({ 'fairlead.attempt.failure': 'refused' });
  channel.close();
});

describe('every span ends, once', () => {
  const statuses = (): readonly string[][] => spans.exported.map(({ name, status }) => [name, status]);

  test('when the call is cancelled, even twice, and after its end', () => {
    const { call } = new ObservedCall(traced()).unary();
    call.cancelWithStatus(CANCELLED, 'enough');
    call.cancelWithStatus(CANCELLED, 'enough');
    const expected = [
      [ATTEMPT, 'ERROR: CANCELLED, enough'],
      [CALL, 'ERROR: CANCELLED, enough'],
    ];
    expect(statuses()).toEqual(expected);
    call.cancelWithStatus(CANCELLED, 'enough');
    expect(statuses()).toEqual(expected);
  });

  test('when the channel underneath tells two statuses', () => {
    traced();
    const channel = interceptChannel(wire, (path) => [policies.tracing!.call(path)]);
    new ObservedCall(channel).unary();
    wire.last.ok();
    wire.last.end(CANCELLED, 'enough');
    expect(statuses()).toEqual([[CALL, 'OK']]);
  });

  test('when hedges are under way and the call is cancelled', async () => {
    const { call } = new ObservedCall(traced({ hedgingPolicy: HEDGING })).unary();
    wire.last.pick(pod(1));
    clock.advance(100);
    wire.last.pick(pod(2));
    call.cancelWithStatus(CANCELLED, 'enough');
    await settle();
    expect(statuses()).toEqual([
      [ATTEMPT, 'ERROR: CANCELLED, enough'],
      [ATTEMPT, 'ERROR: CANCELLED, enough'],
      [CALL, 'ERROR: CANCELLED, enough'],
    ]);
  });

  test('when a hedge is not made because no pod can be spared: that is no error', () => {
    new ObservedCall(traced({ hedgingPolicy: HEDGING })).unary();
    wire.last.pick(pod(1));
    clock.advance(100);
    wire.last.end(UNAVAILABLE, 'no other pod can be spared', 'unsent');
    wire.calls[0]!.headers().message('hi').ok();
    expect(statuses()).toEqual([
      [ATTEMPT, 'UNSET'],
      [ATTEMPT, 'OK'],
      [CALL, 'OK'],
    ]);
    expect(spans.exported[0]?.attributes).toEqual({
      'previous-rpc-attempts': 1,
      'transparent-retry': false,
      'fairlead.attempt.kind': 'hedge',
      'fairlead.attempt.reason': 'no other pod can be spared',
    });
  });

  test('when the deadline comes between two attempts', () => {
    const retryPolicy = { ...POLICY, initialBackoffMs: 5_000, maxBackoffMs: 5_000 };
    const channel = traced({ retryPolicy });
    new ObservedCall(channel, { deadline: clock.epochNow() + 1_000 }).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'busy', 'maybe-processed');
    clock.advance(1_000);
    const details = 'Deadline exceeded while waiting to retry; last failure: UNAVAILABLE: busy';
    expect(statuses()).toEqual([
      [ATTEMPT, 'ERROR: UNAVAILABLE, busy'],
      [CALL, `ERROR: DEADLINE_EXCEEDED, ${details}`],
    ]);
    expect(spans.exported[1]?.attributes).toMatchObject(ended(Code[DEADLINE_EXCEEDED]));
  });

  test('when the channel is closed while the call waits for another attempt', async () => {
    new ObservedCall(traced({ retryPolicy: POLICY })).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, 'busy', 'maybe-processed');
    policies.close();
    await settle();
    expect(statuses()).toEqual([
      [ATTEMPT, 'ERROR: UNAVAILABLE, busy'],
      [CALL, 'ERROR: UNAVAILABLE, busy'],
    ]);
  });

  test('when another policy refuses the call, which then has no attempt', async () => {
    const channel = traced({ bulkhead: { maxConcurrent: 1, maxQueue: 0, priority: 0 } });
    new ObservedCall(channel).unary();
    new ObservedCall(channel).unary();
    await settle();
    expect(spans.exported).toMatchObject([
      { name: CALL, attributes: ended(Code[RESOURCE_EXHAUSTED]), status: expect.stringContaining('bulkhead is full') },
    ]);
  });

  test('when the attempt cannot even be started', () => {
    const channel = traced();
    const call = new ObservedCall(channel);
    wire.createCall = () => {
      const made = FakeChannel.prototype.createCall.call(wire, '/', 0, null, null, null);
      made.start = () => {
        throw new TypeError('no');
      };
      return made;
    };
    expect(() => call.start()).toThrow('no');
    expect(spans.exported).toMatchObject([
      { name: ATTEMPT, status: 'ERROR: no', attributes: { 'error.type': 'TypeError' } },
      { name: CALL, status: 'ERROR: no', attributes: { 'error.type': 'TypeError' } },
    ]);
  });

  test('and a call that is cancelled before its start has none', async () => {
    const call = new ObservedCall(traced());
    call.call.cancelWithStatus(CANCELLED, 'enough');
    call.start();
    await settle();
    expect([call.code, spans.exported]).toEqual([CANCELLED, []]);
  });
});

describe('beside @opentelemetry/instrumentation-grpc', () => {
  /** What its client does: a span of its own scope is active while the call is made. */
  function instrumented(name: string, kind: number, make: () => void, end = false): void {
    const span = spans.provider.getTracer('@opentelemetry/instrumentation-grpc').startSpan(name, { kind });
    if (end) span.end();
    context.with(trace.setSpan(context.active(), span), make);
    wire.last.pick(pod(1)).ok();
    if (!end) span.end();
  }
  const CLIENT = 2;
  const SERVER_KIND = 1;

  test('its span is the one of the call: only the attempts are added', () => {
    const channel = traced();
    instrumented('grpc.test.Echo/Unary', CLIENT, () => new ObservedCall(channel).unary());
    expect(spans.exported.map(({ name, parent }) => [name, parent])).toEqual([
      [ATTEMPT, 'grpc.test.Echo/Unary'],
      ['grpc.test.Echo/Unary', undefined],
    ]);
  });

  test('and without attempt spans only the event of a delayed name resolution', () => {
    const channel = traced({}, { attemptSpans: false });
    instrumented('grpc.test.Echo/Unary', CLIENT, () => {
      new ObservedCall(channel).unary();
      attemptContextOf(wire.last.metadata)?.onDelayed?.('name-resolution');
    });
    expect(spans.exported.map(({ name, events }) => [name, events])).toEqual([
      ['grpc.test.Echo/Unary', [['Delayed name resolution complete', {}]]],
    ]);
  });

  test.each([
    ['a server span, in whose handler the call is made', 'grpc.test.Echo/Unary', SERVER_KIND, false],
    ['the span of another call, in whose interceptor it is made', 'grpc.auth.Tokens/Get', CLIENT, false],
    ['the span of a call that is over, in whose callback it is made', 'grpc.test.Echo/Unary', CLIENT, true],
  ])('%s is not taken for that of the call', (_, name, kind, end) => {
    const channel = traced();
    instrumented(name, kind, () => new ObservedCall(channel).unary(), end);
    expect(spans.named(CALL)).toMatchObject([{ kind: 'CLIENT', parent: name }]);
  });
});
