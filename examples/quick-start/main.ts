// Try it: npm run build && node examples/lib/quick-start/main.js
import * as grpc from '@grpc/grpc-js';
import { attemptsOf, createChannel } from 'fairlead';
import { GreeterClient, startGreeters } from './greeter.js';

// Three servers on this machine stand for three pods. In Kubernetes the target is the name of a headless Service:
// 'dns:///greeter.prod.svc.cluster.local:50051'.
const greeters = await startGreeters(3);

const channel = createChannel(greeters.target, grpc.credentials.createInsecure(), {
  serviceConfig: {
    methodConfig: [
      {
        name: [{ service: 'helloworld.Greeter' }],
        timeout: '1s',
        // Says that a greeting may be executed twice. Without it, only what no server has seen is retried.
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: '0.05s',
          maxBackoff: '1s',
          backoffMultiplier: 2,
          retryableStatusCodes: ['UNAVAILABLE'],
        },
      },
    ],
  },
});
const client = new GreeterClient(channel.getTarget(), grpc.credentials.createInsecure(), { channelOverride: channel });

for (const name of ['Ada', 'Grace', 'Barbara', 'Radia']) {
  client.sayHello(name, (error, greeting) => {
    if (error) console.error(error.message, attemptsOf(error));
    else console.log(greeting);
  });
}
// …

channel.on('closed', () => greeters.close());
setTimeout(() => client.close(), 200);
