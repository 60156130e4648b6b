import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { FakeChannel } from '../../test/fake-channel.js';
import { ObservedCall, settle } from '../../test/observed-call.js';
import { interceptChannel } from './intercept-channel.js';

const { CANCELLED, OK, UNAVAILABLE } = grpc.status;

/** A standard interceptor that notes its name when a call passes it. */
const noting =
  (name: string, log: string[]): grpc.Interceptor =>
  (options, nextCall) => {
    log.push(name);
    return new grpc.InterceptingCall(nextCall(options));
  };

const passing: grpc.Interceptor = (options, nextCall) => new grpc.InterceptingCall(nextCall(options));

/** A standard interceptor that starts the call when the test says so. */
function delaying(): { readonly interceptor: grpc.Interceptor; release: () => void } {
  const gate = { release: (): void => undefined, interceptor: passing };
  const requester = new grpc.RequesterBuilder()
    .withStart((metadata, listener, next) => {
      gate.release = () => next(metadata, listener);
    })
    .build();
  gate.interceptor = (options, nextCall) => new grpc.InterceptingCall(nextCall(options), requester);
  return gate;
}

describe('a chain', () => {
  test('is entered from the outside to the inside', () => {
    const log: string[] = [];
    const wire = new FakeChannel();
    new ObservedCall(
      interceptChannel(
        wire,
        ['a', 'b', 'c'].map((name) => noting(name, log)),
      ),
    ).unary();
    expect([log, wire.last.sent, wire.last.halfClosed]).toEqual([['a', 'b', 'c'], ['hello'], true]);
  });

  test('is resolved once for each method', () => {
    const asked: string[] = [];
    const wire = new FakeChannel();
    const channel = interceptChannel(wire, (path) => {
      asked.push(path);
      return [passing];
    });
    for (const path of ['/a/A', '/a/B', '/a/A', '/a/A', '/a/B']) new ObservedCall(channel, { path }).unary();
    expect(asked).toEqual(['/a/A', '/a/B']);
    expect(wire.calls.map((call) => call.args[0])).toEqual(['/a/A', '/a/B', '/a/A', '/a/A', '/a/B']);
  });

  test('is made anew at once when it is reset, all of them or those that changed', () => {
    const asked: string[] = [];
    const channel = interceptChannel(new FakeChannel(), (path) => {
      asked.push(path);
      return [passing];
    });
    for (const path of ['/a/A', '/a/B']) new ObservedCall(channel, { path }).unary();
    channel.resetChains();
    channel.resetChains((path) => path === '/a/B');
    for (const path of ['/a/A', '/a/B', '/a/C']) new ObservedCall(channel, { path }).unary();
    expect(asked).toEqual(['/a/A', '/a/B', '/a/A', '/a/B', '/a/B', '/a/C']);
  });

  test('is not kept for more than a thousand methods', () => {
    let asked = 0;
    const channel = interceptChannel(new FakeChannel(), () => {
      asked += 1;
      return [passing];
    });
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 1_001; n++) new ObservedCall(channel, { path: `/a/${n}` }).unary();
    }
    expect(asked).toBe(1_002);
  });

  test('is nothing for a method without interceptors: its call is that of the channel underneath', () => {
    const wire = new FakeChannel();
    const channel = interceptChannel(wire, () => []);
    expect(channel.createCall('/a/A', Infinity, null, null, null)).toBe(wire.last);
  });

  test('gets what the call was created with, and hands it down', () => {
    const wire = new FakeChannel();
    const seen: grpc.InterceptorOptions[] = [];
    const channel = interceptChannel(wire, [
      (options, nextCall) => {
        seen.push(options);
        return new grpc.InterceptingCall(nextCall(options));
      },
    ]);
    const credentials = grpc.credentials.createFromMetadataGenerator((_options, done) =>
      done(null, new grpc.Metadata()),
    );
    const parent = { on: () => undefined } as never;
    const call = new ObservedCall(channel, { deadline: 5, host: 'other', parent, propagateFlags: 0 });
    call.call.setCredentials(credentials);
    call.unary();
    expect(wire.last.args).toEqual(['/test.Echo/Unary', 5, 'other', parent, 0]);
    expect(wire.last.credentials).toBe(credentials);
    expect(seen).toMatchObject([{ deadline: 5, host: 'other', parent, propagate_flags: 0, credentials }]);
    expect(seen[0]?.method_definition).toMatchObject({ path: '/test.Echo/Unary', requestStream: true });
  });

  test('may change the deadline', () => {
    const wire = new FakeChannel();
    new ObservedCall(
      interceptChannel(wire, [
        (options, nextCall) => new grpc.InterceptingCall(nextCall({ ...options, deadline: 42 })),
      ]),
    ).unary();
    expect(wire.last.args[1]).toBe(42);
  });

  test('may answer by itself, without a call underneath', () => {
    const wire = new FakeChannel();
    const nothing = (): void => undefined;
    const answering: grpc.Interceptor = () =>
      ({
        start: (_metadata: grpc.Metadata, listener: grpc.Listener) => {
          listener.onReceiveMessage?.(Buffer.from('cached'), nothing);
          listener.onReceiveStatus?.({ code: OK, details: '', metadata: new grpc.Metadata() }, nothing);
        },
        sendMessageWithContext: nothing,
        startRead: nothing,
        halfClose: nothing,
      }) as never;
    const call = new ObservedCall(interceptChannel(wire, [passing, answering])).unary();
    expect([call.messages, call.code, wire.calls.length]).toEqual([['cached'], OK, 0]);
  });
});

describe('what comes before start', () => {
  test('is kept when an interceptor of the client delays it: reads, messages, half-close', () => {
    const wire = new FakeChannel();
    const call = new ObservedCall(interceptChannel(wire, [passing]));
    call.call.startRead();
    call.write('1').call.halfClose();
    expect(wire.calls).toEqual([]);
    call.start();
    expect([wire.last.reads, wire.last.sent, wire.last.halfClosed]).toEqual([1, ['1'], true]);
  });

  test('a cancellation ends the call when it starts', async () => {
    const wire = new FakeChannel();
    const call = new ObservedCall(interceptChannel(wire, [passing]));
    call.call.cancelWithStatus(CANCELLED, 'first');
    call.call.cancelWithStatus(UNAVAILABLE, 'second');
    call.unary();
    expect(call.statuses).toEqual([]);
    await settle();
    expect([wire.calls.length, call.code, call.status.details]).toEqual([0, CANCELLED, 'first']);
  });

  test('an interceptor of the channel may delay it, too', () => {
    const wire = new FakeChannel();
    const gate = delaying();
    const call = new ObservedCall(interceptChannel(wire, [gate.interceptor])).unary();
    expect([wire.last.started, wire.last.sent]).toEqual([false, []]);
    gate.release();
    expect([wire.last.started, wire.last.sent, wire.last.halfClosed]).toEqual([true, ['hello'], true]);
    wire.last.message('hi').ok();
    expect([call.messages, call.code]).toEqual([['hi'], OK]);
  });
});

describe('a closed channel', () => {
  test('closes the one underneath, and throws where a plain one does', () => {
    const wire = new FakeChannel();
    const channel = interceptChannel(wire, [passing]);
    channel.close();
    channel.close();
    expect(wire.closed).toBe(true);
    expect(() => new ObservedCall(channel)).toThrow('Channel has been shut down');
  });

  test('ends a call that was created before and is started after', async () => {
    const channel = interceptChannel(new FakeChannel(), [passing]);
    const call = new ObservedCall(channel);
    channel.close();
    call.unary();
    await settle();
    expect([call.code, call.status.details]).toEqual([UNAVAILABLE, 'Channel closed before call started']);
    call.call.cancelWithStatus(CANCELLED, 'late');
    expect([call.call.getPeer(), call.call.getAuthContext()]).toEqual(['unknown', null]);
  });
});

test('everything else goes to the channel underneath', () => {
  const wire = new FakeChannel();
  const channel = interceptChannel(wire, [passing]);
  expect([channel.getTarget(), channel.getConnectivityState(false), channel.getChannelzRef().name]).toEqual([
    'fake:///',
    grpc.connectivityState.READY,
    'fake',
  ]);
  const call = new ObservedCall(channel);
  expect([call.call.getPeer(), call.call.getAuthContext(), call.call.getCallNumber()]).toEqual(['unknown', null, 0]);
  expect(call.start().call.getPeer()).toBe('peer');
});
