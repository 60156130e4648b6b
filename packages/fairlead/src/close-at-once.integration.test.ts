import { echo, leakCheck, ScriptedServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { createChannel } from './index.js';

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
