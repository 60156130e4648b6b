import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient } from '../test/generated/echo.js';
import { startPods, targetOf } from '../test/pods.js';
import { createChannel } from './create-channel.js';

// grpc-go test/goaway_test.go. Servers end their connections because of their age, again and again.
const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
// Connections that live shorter than the first step of the backoff: those must be replaced at once, too.
const AGE = { 'grpc.max_connection_age_ms': 400, 'grpc.max_connection_age_grace_ms': 1_000 };

test('TestGracefulClientOnGoAway', async () => {
  const pods = (await startPods(2, {}, AGE)).map(track);
  const channel = track(createChannel(targetOf(pods), insecure));
  const client = track(new EchoClient('', insecure, { channelOverride: channel }));
  let lost = 0;
  channel.on('member', (change) => (lost += change.lost ? 1 : 0));
  let calls = 0;
  for (; lost < 10; calls++) expect((await unary(client, `${calls}`)).text).toBe(`${calls}`);
  // Each was executed once.
  expect(pods.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(calls);
}, 30_000);

test.each([{}, { keepaliveTimeMs: 60_000 }])(
  'the only pod may say so as often as it likes (%j)',
  async (options) => {
    const pods = (await startPods(1, {}, { ...AGE, 'grpc.max_connection_age_ms': 900 })).map(track);
    const channel = track(createChannel(targetOf(pods), insecure, options));
    const client = track(new EchoClient('', insecure, { channelOverride: channel }));
    const changes: string[] = [];
    channel.on('member', ({ to }) => changes.push(to));
    let calls = 0;
    for (; channel.snapshot().counters.disconnections.GOAWAY < 4; calls++) {
      expect((await unary(client, `${calls}`)).text).toBe(`${calls}`);
    }
    expect(changes).not.toContain('transient-failure');
    expect(pods[0]!.seen).toHaveLength(calls);
  },
  30_000,
);
