import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, startPods, targetOf, type TestPod } from '../test/pods.js';
import { createChannel } from './create-channel.js';
import type { ServiceConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { DEADLINE_EXCEEDED, OK, UNAVAILABLE } = grpc.status;

function connect(pods: readonly TestPod[], serviceConfig: ServiceConfigJson): EchoClient {
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig }));
  return track(new EchoClient('', insecure, { channelOverride: channel }));
}

const retryPolicy = (...retryableStatusCodes: readonly string[]) =>
  ({
    maxAttempts: 4,
    initialBackoff: '0.005s',
    maxBackoff: '0.005s',
    backoffMultiplier: 1,
    retryableStatusCodes,
  }) as const;

describe('retryThrottling', () => {
  test('on a real server: the twelve calls of Go TestRetryThrottling', async () => {
    const succeed = new Set([0, 3, 6, 10, 11, 12, 13, 14, 16, 18]);
    let attempts = 0;
    const handlers: Partial<EchoServer> = {
      unary: (call, done) =>
        succeed.has(attempts++)
          ? done(null, { text: call.request.text, server: '' })
          : done({ code: UNAVAILABLE, details: 'no' }),
    };
    const client = connect([track(await startPod('127.0.0.1', handlers))], {
      methodConfig: [{ name: [{}], waitForReady: true, retryPolicy: retryPolicy('UNAVAILABLE') }],
      retryThrottling: { maxTokens: 10, tokenRatio: 0.5 },
    });
    const rows: [grpc.status, number][] = [];
    for (let n = 0; n < 12; n++) {
      const code = await unary(client).then(
        () => OK,
        (error: grpc.ServiceError) => error.code,
      );
      rows.push([code, attempts - 1]);
    }
    const ok = (last: number) => [OK, last];
    const failed = (last: number) => [UNAVAILABLE, last];
    expect(rows).toEqual([
      ...[ok(0), ok(3), ok(6), failed(8), failed(9), ok(10)],
      ...[ok(11), ok(12), ok(13), ok(14), ok(16), failed(17)],
    ]);
  });
});

describe('perAttemptTimeout', () => {
  test('moves a call on from a pod that hangs, whose own call is cancelled', async () => {
    const told = { cancelled: (): void => undefined };
    const cancelled = new Promise<void>((resolve) => (told.cancelled = resolve));
    const leftMs: number[] = [];
    const hang: Partial<EchoServer> = {
      unary: (call) => {
        leftMs.push(Number(call.getDeadline()) - Date.now());
        call.on('cancelled', told.cancelled);
      },
    };
    const pods = [track(await startPod('127.0.0.1', hang)), track(await startPod('127.0.0.2'))];
    const client = connect(pods, {
      loadBalancingConfig: [{ round_robin: {} }],
      methodConfig: [
        {
          name: [{}],
          timeout: '30s',
          retryPolicy: retryPolicy('DEADLINE_EXCEEDED'),
          fairlead: { perAttemptTimeout: '0.25s' },
        },
      ],
    });
    // Round robin comes by the one that hangs soon.
    while (pods[0]!.seen.length === 0) expect((await unary(client)).server).toBe(pods[1]!.address);
    await cancelled;
    // The server was told of the attempt's time, not of the call's.
    expect(leftMs[0]).toBeLessThanOrEqual(251);
  });

  test('ends a call whose pods all hang after maxAttempts, long before its deadline', async () => {
    const pods = (await startPods(2, { unary: () => undefined })).map(track);
    const client = connect(pods, {
      methodConfig: [
        {
          name: [{}],
          timeout: '600s',
          retryPolicy: { ...retryPolicy('DEADLINE_EXCEEDED'), maxAttempts: 3 },
          fairlead: { perAttemptTimeout: '0.1s' },
        },
      ],
    });
    const error = await errorOf(unary(client));
    expect(error.code).toBe(DEADLINE_EXCEEDED);
    expect(attemptsOf(error).map(({ code, failure }) => [code, failure])).toEqual(
      new Array(3).fill([DEADLINE_EXCEEDED, 'maybe-processed']),
    );
  });
});
