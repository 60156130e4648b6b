import { afterEach } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { endpointAt, type Endpoint } from '@fairlead/core';
import { ManualResolver, SeededRandom, VirtualClock, manualResolverFactory } from '@fairlead/testing';
import type { CallListener, GrpcCall } from '../../src/grpc-types.js';
import { CHANNEL_FACTORY, type MemberChannelFactory } from '../../src/member/member-channel.js';
import type { PoolOptions } from '../../src/options.js';
import { Pool } from '../../src/pool.js';
import { FakeChannel } from './fake-channel.js';

/** `10.0.0.n:50051`. */
export const pod = (n: number): Endpoint => endpointAt({ kind: 'tcp', host: `10.0.0.${n}`, port: 50_051 });

const pools: Pool[] = [];

/** Attempts that a test leaves open would be seen by others: what catches their sockets is shared by the process. */
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

/** A pool whose time, resolver and connections a test drives. */
export class VirtualPool {
  readonly clock = new VirtualClock({ startMs: 1_000 });
  readonly resolver: ManualResolver;
  /** Every channel made so far, oldest first. */
  readonly channels: FakeChannel[] = [];
  readonly pool: Pool;

  constructor(
    options: PoolOptions = {},
    resolver = new ManualResolver(),
    seed = 1,
    credentials = grpc.credentials.createInsecure(),
  ) {
    this.resolver = resolver;
    const channelFactory: MemberChannelFactory = (endpoint, { channelArguments }) => {
      const channel = new FakeChannel(endpoint, channelArguments);
      this.channels.push(channel);
      return channel;
    };
    const given = {
      clock: this.clock,
      random: new SeededRandom(seed),
      resolvers: [manualResolverFactory('test', resolver)],
      // Most tests count timers; those of the idle timeout set it.
      idleTimeoutMs: Infinity,
      ...options,
      [CHANNEL_FACTORY]: channelFactory,
    };
    this.pool = new Pool('test:///pods', credentials, given);
    pools.push(this.pool);
  }

  /** The newest channel of a pod. */
  channel(n: number): FakeChannel {
    const channel = this.channels.findLast((one) => one.endpoint.id === pod(n).id);
    if (channel === undefined) throw new Error(`pod ${n} was never connected`);
    return channel;
  }

  /** Starts the pool with these pods, all connected. */
  static ready(count: number, options: PoolOptions = {}): VirtualPool {
    const virtual = new VirtualPool(options);
    virtual.pool.connect();
    virtual.resolver.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
    for (const channel of [...virtual.channels]) channel.ready();
    return virtual;
  }

  call(options: CallOptions = {}): TestCall {
    return new TestCall(this.pool, options);
  }
}

export interface CallOptions {
  readonly metadata?: grpc.Metadata;
  readonly waitForReady?: boolean;
  /** Ms since the epoch. */
  readonly deadline?: number;
  readonly parent?: unknown;
  readonly propagate?: number;
}

/** A call on a channel, and everything it was told. */
export class TestCall implements CallListener {
  readonly call: GrpcCall;
  readonly statuses: grpc.StatusObject[] = [];
  readonly messages: unknown[] = [];

  constructor(channel: grpc.ChannelInterface, options: CallOptions) {
    const { deadline = Infinity, parent = null, propagate = null } = options;
    this.call = channel.createCall('/test.Echo/Unary', deadline, null, parent as never, propagate);
    const metadata = options.metadata ?? new grpc.Metadata();
    if (options.waitForReady !== undefined) metadata.setOptions({ waitForReady: options.waitForReady });
    this.call.start(metadata, this);
  }

  get status(): grpc.StatusObject | undefined {
    return this.statuses[0];
  }

  onReceiveMetadata(): void {}

  onReceiveMessage(message: unknown): void {
    this.messages.push(message);
  }

  onReceiveStatus(status: grpc.StatusObject): void {
    this.statuses.push(status);
  }
}

/** Lets everything run that is due in this turn: `process.nextTick`, promises, `setImmediate`. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
