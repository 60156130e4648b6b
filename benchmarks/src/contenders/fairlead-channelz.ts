import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import type { Connect } from '../contender.js';
import { echoClient, plainly } from '../echo-client.js';

/** `createChannel` with its pool and members in channelz. */
export const connect: Connect = (target) => {
  const insecure = grpc.credentials.createInsecure();
  const channel = createChannel(target, insecure, { channelz: true });
  return plainly(echoClient(grpc, target, insecure, { channelOverride: channel }));
};
