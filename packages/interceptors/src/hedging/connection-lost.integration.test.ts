import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isConnectionLost } from './connection-lost.js';

const { INTERNAL, UNAVAILABLE } = grpc.status;

let leaks: LeakCheck;
let server: http2.Http2Server;
let client: grpc.Client;
let onStream: (stream: http2.ServerHttp2Stream) => void;

beforeEach(async () => {
  leaks = leakCheck();
  server = http2.createServer().on('stream', (stream) => onStream(stream.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await new Promise((resolve) => server.close(resolve));
  await leaks.assertNothingLeft();
});

const call = (): Promise<grpc.ServiceError | null> =>
  new Promise((resolve) => {
    const identity = (bytes: Buffer): Buffer => bytes;
    client.makeUnaryRequest('/test.Echo/Unary', identity, identity, Buffer.from('x'), (error) => resolve(error));
  });

/** As nghttp2 does with a client that resets too many streams. */
test('a session that the server ends with a GOAWAY and an error is a lost connection', async () => {
  onStream = (stream) => stream.session?.goaway(http2.constants.NGHTTP2_INTERNAL_ERROR);
  const error = await call();
  expect(error).toMatchObject({ code: INTERNAL, details: expect.stringContaining('Session closed') });
  expect(isConnectionLost(error!)).toBe(true);
});

test('so is one whose socket is closed', async () => {
  onStream = (stream) => stream.session?.socket.destroySoon();
  const error = await call();
  expect(error).toMatchObject({ code: UNAVAILABLE });
  expect(isConnectionLost(error!)).toBe(true);
});

test('what a server tells is none, whatever its text', async () => {
  const details =
    'Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code 2';
  onStream = (stream) =>
    stream.respond(
      { 'content-type': 'application/grpc', 'grpc-status': INTERNAL, 'grpc-message': details, 'x-from': 'server' },
      { endStream: true },
    );
  const error = await call();
  expect(error).toMatchObject({ code: INTERNAL, details });
  expect(isConnectionLost(error!)).toBe(false);
});

test('nor is a stream that is reset on a connection that goes on', async () => {
  onStream = (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  expect(isConnectionLost((await call())!)).toBe(false);
});
