import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import type { Connect } from '../contender.js';
import { echoClient, plainly } from '../echo-client.js';

/** `createChannel` without any option. */
export const connect: Connect = (target) => {
  const insecure = grpc.credentials.createInsecure();
  return plainly(echoClient(grpc, target, insecure, { channelOverride: createChannel(target, insecure) }));
};
