// Try it: npm run build && node examples/lib/own-resolver/main.js
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { GreeterClient, startGreeters } from '../quick-start/greeter.js';
import { registryResolver } from './registry-resolver.js';
import { startRegistry } from './registry.js';

const greeters = await startGreeters(3);
const pods = greeters.target
  .slice('ipv4:'.length)
  .split(',')
  .map((address) => ({ address }));
const roundRobin = { loadBalancingConfig: [{ round_robin: {} }] };
const registry = await startRegistry({ pods: pods.slice(0, 2), serviceConfig: roundRobin });

const channel = createChannel(`registry://${registry.address}/greeter`, grpc.credentials.createInsecure(), {
  resolvers: [registryResolver],
  minReadyMembers: 2,
});
await channel.ready();
const client = new GreeterClient(channel.getTarget(), grpc.credentials.createInsecure(), { channelOverride: channel });
const sayHello = promisify(client.sayHello.bind(client)) as (name: string) => Promise<string>;

for (const name of ['Ada', 'Grace', 'Barbara', 'Radia']) console.log(await sayHello(name));

// Another pod, and another config: both come with the same answer, and are in force together.
const config = { loadBalancingConfig: [{ pick_first: {} }], methodConfig: [{ name: [{}], timeout: '1s' }] };
registry.registration = { pods: pods.slice(2), serviceConfig: config };
const replaced = new Promise((resolve) => channel.on('serviceConfig', resolve));
channel.refresh();
console.log(await replaced);

for (const name of ['Hedy', 'Joan']) console.log(await sayHello(name));

client.close();
registry.close();
greeters.close();
