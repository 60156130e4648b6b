import { leakCheck, type LeakCheck } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ALL_ANSWERS, EchoClient, startEchoServer, type EchoHandlers, type EchoServer } from '../test/echo-server.js';
import { POLICY } from '../test/retry-fixture.js';
import { interceptorsFor } from './chain.js';
import { interceptChannel } from './channel/intercept-channel.js';
import { policyInterceptor } from './client-interceptor.js';
import { createPolicyContext } from './policy-context.js';

const insecure = grpc.credentials.createInsecure();

/** Adds a header to a copy of the metadata, as the documentation of grpc-js shows it. */
const headerAdding = (name: string, value: string): grpc.Interceptor => {
  const requester = new grpc.RequesterBuilder()
    .withStart((metadata, listener, next) => {
      const own = metadata.clone();
      own.set(name, value);
      next(own, listener);
    })
    .build();
  return (options, nextCall) => new grpc.InterceptingCall(nextCall(options), requester);
};

/** Starts the call some turns of the event loop later. */
const startDelaying: grpc.Interceptor = (options, nextCall) =>
  new grpc.InterceptingCall(nextCall(options), {
    start: (metadata, listener, next) => {
      setImmediate(() => setImmediate(() => next(metadata, listener)));
    },
  });

/** Makes messages loud on their way in, with a ListenerBuilder. */
const shouting: grpc.Interceptor = (options, nextCall) =>
  new grpc.InterceptingCall(
    nextCall(options),
    new grpc.RequesterBuilder()
      .withStart((metadata, _listener, next) => {
        const listener = new grpc.ListenerBuilder()
          .withOnReceiveMessage((message: unknown, pass) => {
            pass(Buffer.isBuffer(message) ? Buffer.from(message.toString().toUpperCase()) : message);
          })
          .build();
        next(metadata, listener);
      })
      .build(),
  );

const deadlineShortening =
  (ms: number): grpc.Interceptor =>
  (options, nextCall) =>
    new grpc.InterceptingCall(nextCall({ ...options, deadline: Date.now() + ms }));

const METHOD = { timeoutMs: 20_000, waitForReady: true, retryPolicy: POLICY };

let server: EchoServer;
let clients: grpc.Client[];
let leaks: LeakCheck;

beforeEach(async () => {
  leaks = leakCheck();
  clients = [];
  server = await startEchoServer();
});

afterEach(async () => {
  for (const client of clients) client.close();
  server.stop();
  await leaks.assertNothingLeft();
});

/** Another server instead, with handlers of its own. */
async function serve(handlers: EchoHandlers): Promise<void> {
  server.stop();
  server = await startEchoServer(handlers);
}

function client(options: grpc.ClientOptions, address = server.address): EchoClient {
  const made = new EchoClient(address, insecure, options);
  clients.push(made);
  return made;
}

/** A client of a plain grpc channel with these interceptors inside. */
function hosted(interceptors: readonly grpc.Interceptor[], clientOptions: grpc.ClientOptions = {}): EchoClient {
  const channel = new grpc.Channel(server.address, insecure, {});
  return client({ ...clientOptions, channelOverride: interceptChannel(channel, interceptors) });
}

describe('all four kinds of calls', () => {
  const ours = (): readonly grpc.Interceptor[] => interceptorsFor(METHOD, createPolicyContext());

  test('through the policies inside a channel', async () => {
    expect(await hosted(ours()).all()).toEqual(ALL_ANSWERS);
  });

  test("through the policies in a plain client's interceptors option", async () => {
    const interceptors = [policyInterceptor(() => METHOD, createPolicyContext())];
    expect(await client({ interceptors }).all()).toEqual(ALL_ANSWERS);
  });

  test("through a user's own interceptors around ours inside the channel", async () => {
    const mine = [headerAdding('who', 'me'), startDelaying, shouting];
    expect(await hosted([...mine, ...ours()]).all()).toEqual(['U', 'A+B+C', ['R', 'R', 'R'], ['X', 'Y']]);
    expect(server.seen.map((metadata) => metadata.get('who'))).toEqual([['me'], ['me'], ['me'], ['me']]);
  });

  test("through a user's own interceptors beneath ours inside the channel", async () => {
    const mine = [headerAdding('who', 'me'), startDelaying, shouting];
    expect(await hosted([...ours(), ...mine]).all()).toEqual(['U', 'A+B+C', ['R', 'R', 'R'], ['X', 'Y']]);
    expect(server.seen.map((metadata) => metadata.get('who'))).toEqual([['me'], ['me'], ['me'], ['me']]);
  });

  test("through a client's interceptors that delay the start, over ours inside the channel", async () => {
    const interceptors = [startDelaying, headerAdding('who', 'me')];
    expect(await hosted(ours(), { interceptors }).all()).toEqual(ALL_ANSWERS);
  });

  test("through a client's interceptors around and beneath ours", async () => {
    const policies = policyInterceptor(() => METHOD, createPolicyContext());
    const interceptors = [startDelaying, policies, headerAdding('who', 'me'), startDelaying];
    expect(await client({ interceptors }).all()).toEqual(ALL_ANSWERS);
    expect(server.seen.map((metadata) => metadata.get('who'))).toEqual([['me'], ['me'], ['me'], ['me']]);
  });
});

test('call credentials reach the server', async () => {
  const credentials = grpc.credentials.createFromMetadataGenerator((_options, done) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', 'token');
    done(null, metadata);
  });
  const echo = hosted(interceptorsFor({}, createPolicyContext()));
  await echo.unary('hi', undefined, { credentials });
  expect(server.seen[0]?.get('authorization')).toEqual(['token']);
});

test('an interceptor of a user may shorten the deadline of the call', async () => {
  await serve({ unary: () => undefined });
  const echo = hosted([...interceptorsFor(METHOD, createPolicyContext()), deadlineShortening(50)]);
  await expect(echo.unary('hi')).rejects.toMatchObject({ code: grpc.status.DEADLINE_EXCEEDED });
});

test('a timeout of the method ends a call that nobody answers', async () => {
  await serve({ unary: () => undefined });
  const echo = hosted(interceptorsFor({ timeoutMs: 50 }, createPolicyContext()));
  await expect(echo.unary('hi')).rejects.toMatchObject({ code: grpc.status.DEADLINE_EXCEEDED });
});

test('a call that is cancelled by its client ends with CANCELLED, whatever the policies', async () => {
  await serve({ unary: () => undefined });
  const echo = hosted(interceptorsFor(METHOD, createPolicyContext()));
  const error = await new Promise<grpc.ServiceError | null>((resolve) => {
    const call = echo.makeUnaryRequest('/test.Echo/Unary', Buffer.from, String, 'hi', resolve);
    setImmediate(() => call.cancel());
  });
  expect(error?.code).toBe(grpc.status.CANCELLED);
});

describe('an attempt that fails on the server', () => {
  const failing = (times: number, status: Partial<grpc.StatusObject>) => {
    let left = times;
    return () => (left-- > 0 ? { code: grpc.status.UNAVAILABLE, ...status } : null);
  };

  test('is repeated with all that the client sent: client streaming', async () => {
    const failure = failing(2, {});
    const received: string[][] = [];
    await serve({
      collect: (call: grpc.ServerReadableStream<string, string>, done: grpc.sendUnaryData<string>) => {
        const parts: string[] = [];
        received.push(parts);
        call.on('data', (part: string) => parts.push(part)).on('end', () => done(failure(), parts.join('+')));
      },
    });
    const echo = hosted(interceptorsFor({ retryPolicy: POLICY }, createPolicyContext()));
    const texts = Array.from({ length: 50 }, (_, n) => String(n));
    expect(await echo.collect(texts)).toBe(texts.join('+'));
    expect(received).toEqual([texts, texts, texts]);
    expect(server.seen.map((metadata) => metadata.get('grpc-previous-rpc-attempts'))).toEqual([[], ['1'], ['2']]);
  });

  test('is repeated with all that the client sent: bidirectional', async () => {
    const failure = failing(1, {});
    const received: string[][] = [];
    await serve({
      chat: (call: grpc.ServerDuplexStream<string, string>) => {
        const parts: string[] = [];
        received.push(parts);
        call.on('data', (part: string) => parts.push(part));
        call.on('end', () => {
          const error = failure();
          if (error) return call.emit('error', error);
          for (const part of parts) call.write(part);
          call.end();
          return true;
        });
      },
    });
    const echo = hosted(interceptorsFor({ retryPolicy: POLICY }, createPolicyContext()));
    const texts = Array.from({ length: 50 }, (_, n) => String(n));
    expect(await echo.chat(texts)).toEqual(texts);
    expect(received).toEqual([texts, texts]);
  });
});
