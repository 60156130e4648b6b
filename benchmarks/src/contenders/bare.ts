import * as grpc from '@grpc/grpc-js';
import type { Connect } from '../contender.js';
import { echoClient, plainly } from '../echo-client.js';

/** grpc-js with round_robin and nothing else. */
export const connect: Connect = (target) => {
  const roundRobin = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });
  const options = { 'grpc.service_config': roundRobin };
  return plainly(echoClient(grpc, target, grpc.credentials.createInsecure(), options));
};
