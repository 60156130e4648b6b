import { leakCheck, type LeakCheck } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ALL_ANSWERS, EchoClient, startEchoServer, type EchoServer } from '../../../test/echo-server.js';
import { Spans, unregister } from '../../../test/span-fixture.js';
import type { PolicyContext } from '../../chain.js';
import { policyInterceptor } from '../../client-interceptor.js';
import { createPolicyContext } from '../../policy-context.js';

const insecure = grpc.credentials.createInsecure();

let server: EchoServer;
let policies: PolicyContext;
let client: EchoClient;
let spans: Spans;
let leaks: LeakCheck;

beforeEach(async () => {
  leaks = leakCheck();
  spans = new Spans().register();
  server = await startEchoServer();
  policies = createPolicyContext({ target: server.address, tracing: { messageEvents: true } });
  const interceptors = [policyInterceptor(() => ({}), policies)];
  client = new EchoClient(server.address, insecure, { interceptors, 'grpc.enable_retries': 0 });
});

afterEach(async () => {
  client.close();
  policies.close();
  server.stop();
  unregister();
  await leaks.assertNothingLeft();
});

test('in the interceptors of a plain client: all four kinds of calls, with the address that they went to', async () => {
  expect(await client.all()).toEqual(ALL_ANSWERS);
  const port = Number(server.address.split(':')[1]);
  const methods = ['Unary', 'Collect', 'Repeat', 'Chat'];
  expect(spans.exported.map(({ name, status }) => [name, status])).toEqual(
    methods.flatMap((method) => [
      [`Attempt.test.Echo.${method}`, 'OK'],
      [`test.Echo/${method}`, 'OK'],
    ]),
  );
  for (const { attributes } of spans.named('Attempt')) {
    expect(attributes).toMatchObject({ 'network.peer.address': '127.0.0.1', 'network.peer.port': port });
  }
  for (const { attributes } of spans.named('test.')) {
    expect(attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': port });
  }
  const parents = spans.raw.filter(({ name }) => name.startsWith('Attempt')).map((span) => span.spanContext().spanId);
  expect(server.seen.map((metadata) => String(metadata.get('traceparent')[0]).split('-')[2])).toEqual(parents);
});

test('messages are objects there: their events have a number and no size', async () => {
  await client.unary('u');
  expect(spans.named('Attempt')[0]?.events).toEqual([
    ['Outbound message', { 'sequence-number': 0 }],
    ['Inbound message', { 'sequence-number': 0 }],
  ]);
});
