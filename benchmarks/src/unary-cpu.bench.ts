// CPU of the client process per unary call: `createChannel` with default options ÷ a bare grpc-js channel with
// round_robin, on the same five servers, in interleaved rounds of one run. Goal: ≤ 1.15.
//
// One ratio per round, because the machine's speed drifts between rounds and hardly within one; the order within a round
// alternates. ROUNDS (at least 31 for a figure to quote) and CALLS can be set in the environment.
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { echoService } from './echo-service.js';
import { startServers } from './servers.js';
import { describe, summarize } from './statistics.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 41);
const CALLS = Number(process.env['CALLS'] ?? 4_000);
const CONCURRENCY = 20;
const PAYLOAD = Buffer.alloc(100, 1);

type EchoClient = grpc.Client & {
  Echo(request: Buffer, callback: (error: grpc.ServiceError | null) => void): grpc.ClientUnaryCall;
};
const EchoClient = grpc.makeGenericClientConstructor(echoService, 'Echo') as unknown as new (
  ...args: ConstructorParameters<typeof grpc.Client>
) => EchoClient;

function run(client: EchoClient, calls: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = 0;
    let ended = 0;
    const next = (): void => {
      if (started === calls) return;
      started += 1;
      client.Echo(PAYLOAD, (error) => {
        if (error) return reject(error);
        ended += 1;
        if (ended === calls) resolve();
        else next();
      });
    };
    for (let i = 0; i < CONCURRENCY; i += 1) next();
  });
}

/** Microseconds of CPU, user and system, per call. */
async function cpuPerCall(client: EchoClient): Promise<number> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await run(client, CALLS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

async function main(): Promise<void> {
  const servers = await startServers(5);
  const target = `ipv4:${servers.addresses.join(',')}`;
  const insecure = grpc.credentials.createInsecure();
  const roundRobin = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });
  const bare = new EchoClient(target, insecure, { 'grpc.service_config': roundRobin });
  const ours = new EchoClient(target, insecure, { channelOverride: createChannel(target, insecure) });
  for (const client of [bare, ours, bare, ours]) await run(client, CALLS);

  const rounds: { bare: number; ours: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareFirst = round % 2 === 0;
    const first = await cpuPerCall(bareFirst ? bare : ours);
    const second = await cpuPerCall(bareFirst ? ours : bare);
    rounds.push(bareFirst ? { bare: first, ours: second } : { bare: second, ours: first });
  }
  bare.close();
  ours.close();
  await servers.close();

  const us = (values: number[]): string => `${summarize(values).median.toFixed(1)} µs`;
  console.log(`CPU per unary call, Node ${process.version}, ${CALLS} calls per round, ${CONCURRENCY} at a time`);
  console.log(`  grpc-js round_robin   ${us(rounds.map((round) => round.bare))}`);
  console.log(`  Fairlead, defaults    ${us(rounds.map((round) => round.ours))}`);
  console.log(`  ratio                 ${describe(summarize(rounds.map((round) => round.ours / round.bare)))}`);
}

await main();
