// Heap of an idle, connected member: a pool of many members on one server that has as many addresses, against as many
// bare grpc-js channels. Goal: ≤ 16 KB with its grpc channel. Heap is that of V8, after collection; sockets' buffers are not in it.
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { startServers } from './servers.js';

const MEMBERS = Number(process.env['MEMBERS'] ?? 500);

/** Bytes in use when everything that can be collected was. */
async function heap(): Promise<number> {
  for (let n = 0; n < 5; n += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

function ready(channel: grpc.Channel): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const state = channel.getConnectivityState(true);
      if (state === grpc.connectivityState.READY) return resolve();
      channel.watchConnectivityState(state, Date.now() + 10_000, (error) => (error ? reject(error) : look()));
    };
    look();
  });
}

async function perBareChannel(addresses: readonly string[]): Promise<number> {
  const before = await heap();
  const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_channelz': 0 };
  const channels = addresses.map((address) => new grpc.Channel(address, grpc.credentials.createInsecure(), options));
  await Promise.all(channels.map(ready));
  const bytes = ((await heap()) - before) / addresses.length;
  channels.forEach((channel) => channel.close());
  return bytes;
}

async function perMember(addresses: readonly string[]): Promise<number> {
  const before = await heap();
  const channel = createChannel(`ipv4:${addresses.join(',')}`, grpc.credentials.createInsecure(), {
    minReadyMembers: addresses.length,
  });
  await channel.ready({ timeoutMs: 30_000 });
  const bytes = ((await heap()) - before) / addresses.length;
  channel.close();
  return bytes;
}

const servers = await startServers(1);
const port = servers.addresses[0]?.split(':')[1];
const addresses = Array.from(
  { length: MEMBERS },
  (_, n) => `127.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}:${port}`,
);
// Each once before it counts: code that is compiled and tables that grow are not the members'.
await perBareChannel(addresses.slice(0, 50));
await perMember(addresses.slice(0, 50));
const bare = await perBareChannel(addresses);
const member = await perMember(addresses);
await servers.close();

const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`Heap per idle, connected member, Node ${process.version}, ${MEMBERS} members`);
console.log(`  grpc-js channel, bare     ${kb(bare)}`);
console.log(`  member with its channel   ${kb(member)}`);
console.log(`  of which ours             ${kb(member - bare)}`);
