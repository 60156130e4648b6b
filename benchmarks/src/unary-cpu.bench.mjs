// CPU of the client process per unary call: `createChannel` with default options ÷ a bare grpc-js channel with
// round_robin, on the same five servers, in interleaved rounds of one run. Goal: ≤ 1.15.
//
// A ratio per round, because the machine's speed drifts between rounds and hardly within one. The order within a round
// alternates.
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { echoService } from './echo-service.mjs';
import { startServers } from './servers.mjs';
import { summarize } from './statistics.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 41);
const CALLS = Number(process.env.CALLS ?? 4_000);
const CONCURRENCY = 20;
const PAYLOAD = Buffer.alloc(100, 1);

const Client = grpc.makeGenericClientConstructor(/** @type {any} */ (echoService), 'Echo');

/** @param {any} client @param {number} calls */
function run(client, calls) {
  return new Promise((resolve, reject) => {
    let started = 0;
    let ended = 0;
    const next = () => {
      if (started === calls) return;
      started += 1;
      client.Echo(PAYLOAD, (/** @type {Error | null} */ error) => {
        if (error) return reject(error);
        ended += 1;
        if (ended === calls) resolve(undefined);
        else next();
      });
    };
    for (let i = 0; i < CONCURRENCY; i += 1) next();
  });
}

/** @param {any} client @returns microseconds of CPU per call */
async function cpuPerCall(client) {
  const before = process.cpuUsage();
  await run(client, CALLS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const { addresses, close } = await startServers(5);
const target = `ipv4:${addresses.join(',')}`;
const insecure = grpc.credentials.createInsecure();
const bare = new Client(target, insecure, {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
});
const ours = new Client(target, insecure, { channelOverride: createChannel(target, insecure) });
for (const client of [bare, ours, bare, ours]) await run(client, CALLS);

const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const first = round % 2 === 0 ? bare : ours;
  const second = first === bare ? ours : bare;
  const a = await cpuPerCall(first);
  const b = await cpuPerCall(second);
  rounds.push(first === bare ? { bare: a, ours: b } : { bare: b, ours: a });
}
bare.close();
ours.close();
await close();

const ratio = summarize(rounds.map((round) => round.ours / round.bare));
const bareUs = summarize(rounds.map((round) => round.bare));
const oursUs = summarize(rounds.map((round) => round.ours));
console.log(
  JSON.stringify({ benchmark: 'unary-cpu', node: process.version, rounds: ROUNDS, calls: CALLS, ratio, bareUs, oursUs }),
);
