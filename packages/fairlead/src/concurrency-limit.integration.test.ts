import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { allKinds, ALL_TEXTS, errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { RESOURCE_EXHAUSTED } = grpc.status;
const UNARY = '/fairlead.test.v1.Echo/Unary';

function connect(pods: readonly TestPod[], options: ChannelOptions): EchoClient {
  const channel = track(createChannel(targetOf(pods), insecure, options));
  return track(new EchoClient('', insecure, { channelOverride: channel }));
}

test('a server that sheds load: the limit learns what it takes', async () => {
  let busy = 0;
  const shedding: Partial<EchoServer> = {
    unary: ({ request }, done) => {
      if (busy >= 4) return done({ code: RESOURCE_EXHAUSTED, details: 'too many' });
      busy += 1;
      setTimeout(() => {
        busy -= 1;
        done(null, { text: request.text, server: 'pod' });
      }, 2);
    },
  };
  const pod = track(await startPod('127.0.0.1', shedding));
  const limit = { algorithm: 'aimd', initialLimit: 40, minLimit: 2, maxQueue: 1_000 } as const;
  const methodConfig = [{ name: [{}], fairlead: { concurrencyLimit: limit } }];
  const client = connect([pod], { serviceConfig: { methodConfig } });
  const refused = async (): Promise<number> => {
    const calls = Array.from({ length: 50 }, () =>
      unary(client).then(
        () => 0,
        () => 1,
      ),
    );
    return (await Promise.all(calls)).reduce<number>((sum, one) => sum + one, 0);
  };
  for (let round = 0; round < 6; round++) await refused();
  expect(await refused()).toBeLessThan(25);
});

test.each<[string, ChannelOptions]>([
  [UNARY, { serviceConfig: { methodConfig: [{ name: [{}], fairlead: { concurrencyLimit: { maxLimit: 1 } } }] } }],
  ['the channel', { concurrencyLimit: { maxLimit: 1 } }],
])(
  'of %s: what is too much ends with the figures, and a place is free again after each kind of call',
  async (name, options) => {
    const pod = track(await startPod('127.0.0.1'));
    const client = connect([pod], options);
    for (let n = 0; n < 3; n++) expect((await allKinds(client)).texts).toEqual(ALL_TEXTS);
    const running = unary(client);
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([
      RESOURCE_EXHAUSTED,
      `The concurrency limit is reached: ${name} (1 of 1 calls under way, 0 of 0 waiting); limit by gradient`,
    ]);
    await running;
  },
);
