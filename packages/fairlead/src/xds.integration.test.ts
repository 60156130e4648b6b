import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
// eslint-disable-next-line fairlead/package-boundaries -- a support of tests, which no package publishes
import { ControlPlane } from '../../pool/test/support/control-plane.js';
import { errorOf, unary } from '../test/calls.js';
import { EchoClient } from '../test/generated/echo.js';
import { startPod, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { ServiceConfigJson } from './service-config-json.js';

const CEILING_MS = 20_000;
const insecure = grpc.credentials.createInsecure();
const retryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.005s',
  maxBackoff: '0.005s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
} as const;

let plane: ControlPlane;
let pod: TestPod;
let calls = 0;
/** How many calls from now on the pod refuses. */
let refusals = 0;
let channel: Channel | undefined;

// What is left of grpc-js-xds after a channel is looked at where its resolver is tested.
beforeAll(async () => {
  plane = await ControlPlane.start();
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = plane.bootstrap;
  pod = await startPod('127.0.0.1', {
    unary: (call, done) => {
      calls += 1;
      if (refusals-- > 0) done({ code: grpc.status.UNAVAILABLE, details: 'not now' });
      else if (call.request.text !== 'hang') done(null, { text: call.request.text, server: 'pod' });
    },
  });
  plane.set('policies', { ports: [Number(pod.address.split(':')[1])] });
});

afterAll(() => {
  pod.stop();
  plane.kill();
  delete process.env['GRPC_XDS_BOOTSTRAP_CONFIG'];
});

async function withClient(serviceConfig: ServiceConfigJson, act: (client: EchoClient) => Promise<void>): Promise<void> {
  channel = createChannel('xds:///policies', insecure, { serviceConfig });
  const client = new EchoClient('', insecure, { channelOverride: channel });
  calls = 0;
  try {
    await act(client);
  } finally {
    client.close();
    channel.close();
  }
}

test(
  'the retries of a service config are made over an xds target',
  () =>
    withClient({ methodConfig: [{ name: [{}], timeout: '20s', retryPolicy }] }, async (client) => {
      refusals = 2;
      expect(await unary(client)).toMatchObject({ text: 'hi' });
      expect(calls).toBe(3);
      refusals = 3;
      const error = await errorOf(unary(client));
      expect(attemptsOf(error).map(({ endpoint, code }) => [endpoint?.id, code])).toEqual(
        [1, 2, 3].map(() => ['xds:///policies', grpc.status.UNAVAILABLE]),
      );
    }),
  CEILING_MS,
);

test(
  'deadlines of a service config hold for calls over an xds target',
  () =>
    withClient({ methodConfig: [{ name: [{}], timeout: '0.3s' }] }, async (client) => {
      expect((await errorOf(unary(client, 'hang'))).code).toBe(grpc.status.DEADLINE_EXCEEDED);
    }),
  CEILING_MS,
);
