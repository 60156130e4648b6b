import * as grpc from '@grpc/grpc-js';
import { OutstandingLoad, type BalancingPolicy } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { attemptsOf, createChannel } from './index.js';

/** A balancing policy that wants every call to fail. */
const dropAll: BalancingPolicy = {
  name: 'drop_all',
  createLoad: () => new OutstandingLoad(),
  update: () => ({ picker: { pick: () => ({ kind: 'fail', reason: 'load shedding' }) }, connect: [] }),
};

test('a call that the balancing policy drops is not retried, whatever its retryPolicy says', async () => {
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.001s',
    maxBackoff: '0.001s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  } as const;
  const channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), {
    balancing: () => dropAll,
    serviceConfig: { methodConfig: [{ name: [{}], retryPolicy }] },
  });
  const call = channel.createCall('/test.Service/Method', Infinity, null, null, null);
  const status = await new Promise<grpc.StatusObject>((resolve) => {
    const ignore = (): void => undefined;
    call.start(new grpc.Metadata(), { onReceiveMetadata: ignore, onReceiveMessage: ignore, onReceiveStatus: resolve });
  });
  channel.close();
  expect(status).toMatchObject({ code: grpc.status.UNAVAILABLE, details: 'load shedding' });
  expect(attemptsOf(status).map(({ next }) => next)).toEqual([
    { retried: false, reason: 'the balancing policy dropped the call' },
  ]);
});
