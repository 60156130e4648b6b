import { AsyncLocalStorage } from 'node:async_hooks';
import { echo, leakCheck, ScriptedServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { createChannel, type Channel } from './index.js';

test.each(['is there', 'is not there'])(
  'a channel that is closed right after its first call leaves nothing (server %s)',
  async (how) => {
    const server = await ScriptedServer.start({ script: echo() });
    if (how === 'is not there') await server.close();
    const leaks = leakCheck();
    const channel = createChannel(`ipv4:${server.address}`, grpc.credentials.createInsecure());
    const call = channel.createCall('/test.Service/Method', Infinity, null, null, null);
    const status = new Promise<grpc.StatusObject>((resolve) => {
      const ignore = (): void => undefined;
      call.start(new grpc.Metadata(), {
        onReceiveMetadata: ignore,
        onReceiveMessage: ignore,
        onReceiveStatus: resolve,
      });
    });
    channel.close();
    expect((await status).code).toBe(grpc.status.UNAVAILABLE);
    await leaks.assertNothingLeft();
    if (how === 'is there') await server.close();
  },
);

test.each<[string, (channel: Channel) => void]>([
  ['of its state', (channel) => channel.on('state', ({ to }) => void (to === 'READY' && channel.close()))],
  ['of a pod', (channel) => channel.on('member', ({ to }) => void (to === 'ready' && channel.close()))],
  [
    'that it was watched for',
    (channel) => {
      const look = (state: grpc.connectivityState): void =>
        channel.watchConnectivityState(state, Infinity, () => {
          const now = channel.getConnectivityState(false);
          if (now === grpc.connectivityState.READY) channel.close();
          else look(now);
        });
      look(grpc.connectivityState.IDLE);
    },
  ],
])('a channel that is closed at the news %s that it is ready leaves nothing', async (_, closeAtReady) => {
  const server = await ScriptedServer.start({ script: echo() });
  const leaks = leakCheck();
  const channel = createChannel(`ipv4:${server.address}`, grpc.credentials.createInsecure());
  const closed = new Promise<void>((resolve) => channel.on('closed', resolve));
  closeAtReady(channel);
  channel.connect();
  await closed;
  await leaks.assertNothingLeft();
  await server.close();
});

test('what a channel does for all of its calls is not done in the context of the first one', async () => {
  const server = await ScriptedServer.start({ script: echo() });
  const request = new AsyncLocalStorage<string>();
  const channel = createChannel(`ipv4:${server.address}`, grpc.credentials.createInsecure());
  const contexts = new Set<string | undefined>();
  channel.on('state', () => contexts.add(request.getStore()));
  channel.on('member', () => contexts.add(request.getStore()));
  const closed = new Promise<void>((resolve) => channel.on('closed', resolve));
  await request.run('the first request', async () => channel.ready());
  channel.close();
  await closed;
  expect([...contexts]).toEqual([undefined]);
  await server.close();
});
