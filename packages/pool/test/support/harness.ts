import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { leakCheck } from '@fairlead/testing';
import type { PoolOptions } from '../../src/options.js';
import { Pool } from '../../src/pool.js';
import { EchoClient, EchoServer, type Echo } from './echo-server.js';

/** Longer than anything here takes on a loaded machine. */
export const CEILING_MS = 20_000;

/** Waits until `condition` holds. It is looked at often; only the ceiling is generous. */
export async function until(condition: () => boolean, what = String(condition)): Promise<void> {
  const end = performance.now() + CEILING_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Pools, clients and servers of one test, and what they leave behind. */
export class Harness {
  /** Client sockets opened by anybody since the start. */
  readonly sockets: Socket[] = [];
  readonly #pools: Pool[] = [];
  readonly #servers: EchoServer[] = [];
  readonly #leaks = leakCheck({ settleMs: 4_000 });
  readonly #onSocket = (message: unknown): void => {
    this.sockets.push((message as { socket: Socket }).socket);
  };

  constructor() {
    subscribe('net.client.socket', this.#onSocket);
  }

  async server(...args: Parameters<typeof EchoServer.start>): Promise<EchoServer> {
    const server = await EchoServer.start(...args);
    this.#servers.push(server);
    return server;
  }

  pool(target: string, options: PoolOptions = {}, credentials = grpc.credentials.createInsecure()): Pool {
    const pool = new Pool(target, credentials, options);
    this.#pools.push(pool);
    return pool;
  }

  client(channel: grpc.ChannelInterface): Echo {
    return new EchoClient('unused', grpc.credentials.createInsecure(), { channelOverride: channel }) as unknown as Echo;
  }

  /** Closes all and waits until nothing is left: no socket, timer, server, look-up or listener. */
  async close(): Promise<void> {
    for (const pool of this.#pools) pool.close();
    for (const server of this.#servers) server.kill();
    unsubscribe('net.client.socket', this.#onSocket);
    await this.#leaks.assertNothingLeft();
    for (const pool of this.#pools) {
      const { draining, members, waitingCalls } = pool.snapshot();
      if (members.length + draining.length + waitingCalls > 0)
        throw new Error('a closed pool still has members or calls');
    }
  }
}
