import { createRequire } from 'node:module';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import type * as GrpcJs from '@grpc/grpc-js';
import CircuitBreaker from 'opossum';
import PQueue from 'p-queue';
import { MAX_CONCURRENT, MAX_QUEUE, PAYLOAD, RETRY_POLICY, type Connect } from '../contender.js';
import { echoClient, flood } from '../echo-client.js';

new GrpcInstrumentation().enable();
// It patches what is required, and an import alone would pass it by.
const grpc = createRequire(import.meta.url)('@grpc/grpc-js') as typeof GrpcJs;

/** The same as `fairlead-full`, wired from its parts as one would do it in an application. */
export const connect: Connect = (target) => {
  const serviceConfig = {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [{ name: [{}], retryPolicy: RETRY_POLICY }],
  };
  const options = { 'grpc.service_config': JSON.stringify(serviceConfig) };
  const client = echoClient(grpc, target, grpc.credentials.createInsecure(), options);
  const queue = new PQueue({ concurrency: MAX_CONCURRENT });
  const echo = (): Promise<void> =>
    new Promise((resolve, reject) => client.Echo(PAYLOAD, (error) => (error ? reject(error) : resolve())));
  const guarded = async (): Promise<void> => {
    if (queue.size >= MAX_QUEUE) throw new Error('too many calls wait');
    await queue.add(echo);
  };
  const breaker = new CircuitBreaker(guarded, { timeout: false, volumeThreshold: 20, resetTimeout: 10_000 });
  return {
    call: (done) => void breaker.fire().then(() => done(null), done),
    stream: (messages, done) => flood(client, messages, done),
  };
};
