import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { systemClock, type Clock, type Timer } from '@fairlead/core';
import type { PoolOptions } from '../../src/options.js';
import { Pool } from '../../src/pool.js';
import { EchoClient, EchoServer, type Echo } from './echo-server.js';

/** The real clock, which knows how many timers wait. */
class CountingClock implements Clock {
  readonly pending = new Set<Timer>();

  now(): number {
    return systemClock.now();
  }

  epochNow(): number {
    return systemClock.epochNow();
  }

  schedule(delayMs: number, callback: () => void, keepAlive?: boolean): Timer {
    const run = (): void => {
      this.pending.delete(timer);
      callback();
    };
    const inner = systemClock.schedule(delayMs, run, keepAlive);
    const timer: Timer = {
      cancel: () => {
        this.pending.delete(timer);
        inner.cancel();
      },
    };
    this.pending.add(timer);
    return timer;
  }
}

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
  readonly clock = new CountingClock();
  /** Client sockets opened by anybody since the start. */
  readonly sockets: Socket[] = [];
  readonly #pools: Pool[] = [];
  readonly #servers: EchoServer[] = [];
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
    const pool = new Pool(target, credentials, { clock: this.clock, ...options });
    this.#pools.push(pool);
    return pool;
  }

  client(channel: grpc.ChannelInterface): Echo {
    return new EchoClient('unused', grpc.credentials.createInsecure(), { channelOverride: channel }) as unknown as Echo;
  }

  /** Closes all and waits until nothing is left of the pools: no socket, no timer. */
  async close(): Promise<void> {
    for (const pool of this.#pools) pool.close();
    for (const server of this.#servers) server.kill();
    await until(() => this.sockets.every((socket) => socket.destroyed), 'all client sockets are closed');
    await until(() => this.clock.pending.size === 0, 'no timer waits');
    unsubscribe('net.client.socket', this.#onSocket);
    for (const pool of this.#pools) {
      const left = pool.snapshot();
      if (left.members.length + left.draining.length + left.waitingCalls > 0) throw new Error(JSON.stringify(left));
    }
  }
}
