// Try it: npm run build && node examples/lib/own-policy/main.js
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { GreeterClient, startGreeters } from '../quick-start/greeter.js';
import { leastRecentlyUsed } from './least-recently-used.js';

const greeters = await startGreeters(3);

const channel = createChannel(greeters.target, grpc.credentials.createInsecure(), {
  balancingPolicies: [leastRecentlyUsed],
  serviceConfig: { loadBalancingConfig: [{ least_recently_used: {} }] },
});
await channel.ready();
const client = new GreeterClient(channel.getTarget(), grpc.credentials.createInsecure(), { channelOverride: channel });
const sayHello = promisify(client.sayHello.bind(client)) as (name: string) => Promise<string>;

for (const name of ['Ada', 'Grace', 'Barbara', 'Radia', 'Hedy', 'Joan']) console.log(await sayHello(name));

client.close();
greeters.close();
