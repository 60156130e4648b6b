import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { MAX_CONCURRENT, MAX_QUEUE, RETRY_POLICY, type Connect } from '../contender.js';
import { echoClient, plainly } from '../echo-client.js';

/** Retries, circuit breaker, bulkhead, and tracing with the OpenTelemetry API, for which no SDK is registered (the default). */
export const connect: Connect = (target) => {
  const insecure = grpc.credentials.createInsecure();
  const channel = createChannel(target, insecure, {
    tracing: true,
    serviceConfig: {
      methodConfig: [
        {
          name: [{}],
          retryPolicy: RETRY_POLICY,
          fairlead: { circuitBreaker: {}, bulkhead: { maxConcurrent: MAX_CONCURRENT, maxQueue: MAX_QUEUE } },
        },
      ],
    },
  });
  return plainly(echoClient(grpc, target, insecure, { channelOverride: channel }));
};
