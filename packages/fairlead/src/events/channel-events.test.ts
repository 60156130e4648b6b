import { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Channel } from '../channel.js';
import { createChannel } from '../create-channel.js';

let channel: Channel;

beforeEach(() => {
  channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), {
    clock: new VirtualClock(),
    serviceConfig: { methodConfig: [{ name: [{ service: 'a.B' }], fairlead: { circuitBreaker: {} } }] },
  });
});

afterEach(() => channel.close());

test('breaker: every method’s breaker tells of its changes, also one that is made later', () => {
  const told: unknown[] = [];
  const listener = (change: unknown): void => void told.push(change);
  channel.on('breaker', listener);
  channel.breaker('/a.B/One')?.open();
  channel.breaker('/a.B/Two')?.open();
  channel.breaker('/a.B/One')?.close();
  channel.off('breaker', listener);
  channel.breaker('/a.B/Two')?.close();
  expect(told).toEqual([
    { path: '/a.B/One', from: 'closed', to: 'open', manual: true },
    { path: '/a.B/Two', from: 'closed', to: 'open', manual: true },
    { path: '/a.B/One', from: 'open', to: 'closed', manual: true },
  ]);
});

test('events of the pool come through the same door', () => {
  const told: unknown[] = [];
  channel.on('state', (change) => told.push(change)).on('closed', () => told.push('closed'));
  channel.close();
  expect(told).toEqual([{ from: 'IDLE', to: 'SHUTDOWN' }, 'closed']);
});
