// A pool of many members without their grpc channels: what a resolver's update costs of which 1 % has changed, the policy's
// new picker included, and the heap per member. Goals: ≤ 20 ms at 10 000, ≤ 4 KB.
import { endpointAt, type Endpoint } from '@fairlead/core';
import { ManualResolver, manualResolverFactory, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { createChannel, type Channel } from 'fairlead';
import { AsIfReady } from './as-if-ready.js';
import { heapInUse } from './heap-in-use.js';
import { describe, summarize } from './statistics.js';

const ROUNDS = 31;
const MEMBERS = 10_000;
const CHANGED = MEMBERS / 100;

/** As a resolver makes them for each answer: new objects of what was read, also of pods that it has told of before. */
function endpoints(from: number): Endpoint[] {
  const made = Array.from({ length: MEMBERS }, (_, n) => {
    const index = from + n;
    const host = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    return endpointAt({ kind: 'tcp', host, port: 80 }, { pod: `pod-${index}`, zone: `zone-${index % 3}` });
  });
  return JSON.parse(JSON.stringify(made)) as Endpoint[];
}

async function heapPerMember(): Promise<number> {
  const resolver = new ManualResolver();
  const channel = channelOver(resolver);
  const told = endpoints(0);
  const before = await heapInUse();
  resolver.push(told);
  const bytes = ((await heapInUse()) - before) / MEMBERS;
  channel.close();
  return bytes;
}

function channelOver(resolver: ManualResolver): Channel {
  const channel = createChannel('bench:///many', grpc.credentials.createInsecure(), {
    resolvers: [manualResolverFactory('bench', resolver)],
    balancing: () => new AsIfReady(),
    clock: new VirtualClock(),
  });
  channel.getConnectivityState(true);
  return channel;
}

/** @param collect whether the collector runs between answer and update, which leaves nothing of either in the caches. */
async function milliseconds(collect: boolean): Promise<number[]> {
  const resolver = new ManualResolver();
  const channel = channelOver(resolver);
  resolver.push(endpoints(0));
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = endpoints((round + 1) * CHANGED);
    if (collect) globalThis.gc?.();
    // Its threads sweep on for a while, which the CPU time of the process would count.
    if (collect) await new Promise((resolve) => setTimeout(resolve, 100));
    const start = process.cpuUsage();
    resolver.push(next);
    const { user, system } = process.cpuUsage(start);
    samples.push((user + system) / 1_000);
  }
  channel.close();
  return samples;
}

await heapPerMember();
const bytes = await heapPerMember();
console.log(`A pool of ${MEMBERS} members, Node ${process.version}`);
console.log(`  update, 1 % of it new          ${describe(summarize(await milliseconds(false)), 2)} ms of CPU`);
console.log(`  the same after a collection    ${describe(summarize(await milliseconds(true)), 2)} ms of CPU`);
console.log(`  heap per member                ${(bytes / 1_024).toFixed(2)} KB`);
