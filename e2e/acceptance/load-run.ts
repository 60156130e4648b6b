import { createChannel, type Channel, type ChannelOptions, type MemberStateChange } from 'fairlead';
import { LocalCluster } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { Load, type CallRecord } from 'fairlead-examples/rolling-update/load.js';
import { WorkClient } from 'fairlead-examples/rolling-update/service.js';

export const POD_SCRIPT = new URL('../pods/pod.mjs', import.meta.url);

/** A retryPolicy for every method: says that calls may be executed twice. */
export const MAY_RUN_TWICE: ChannelOptions = {
  serviceConfig: {
    methodConfig: [
      {
        name: [{}],
        retryPolicy: {
          maxAttempts: 5,
          initialBackoff: '0.05s',
          maxBackoff: '0.5s',
          backoffMultiplier: 2,
          retryableStatusCodes: ['UNAVAILABLE'],
        },
      },
    ],
  },
};

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The client, and what it is asked to do. */
export interface LoadOptions {
  readonly options?: ChannelOptions;
  /** Calls per second. Default 200. */
  readonly rps?: number;
  /** Of each call, in ms. Default that of the demo. */
  readonly deadlineMs?: number;
}

/** A cluster under the load of one Fairlead client, and what that client saw. */
export class LoadRun {
  readonly cluster: LocalCluster;
  readonly channel: Channel;
  readonly load: Load;
  /** Lost connections: which pod, and when (ms since the Unix epoch) the client saw it. */
  readonly losses: { readonly address: string; readonly at: number }[] = [];
  readonly #client: WorkClient;

  private constructor(cluster: LocalCluster, options: ChannelOptions, rps: number, deadlineMs?: number) {
    const insecure = grpc.credentials.createInsecure();
    this.cluster = cluster;
    this.channel = createChannel(cluster.dnsTarget, insecure, { refreshIntervalMs: 1_000, ...options });
    this.channel.on('member', (change: MemberStateChange) => {
      if (change.lost) this.losses.push({ address: change.endpoint.id, at: Date.now() });
    });
    this.#client = new WorkClient(cluster.dnsTarget, insecure, { channelOverride: this.channel });
    this.load = new Load(this.#client, 'call', rps, deadlineMs);
  }

  /** Starts the pods, then the load. `deploy` makes the deployments. */
  static async start(
    seed: number,
    deploy: (cluster: LocalCluster, script: URL) => void,
    { options = {}, rps = 200, deadlineMs }: LoadOptions = {},
  ): Promise<LoadRun> {
    const cluster = await LocalCluster.start({ seed });
    try {
      deploy(cluster, POD_SCRIPT);
      await cluster.settled();
      return new LoadRun(cluster, options, rps, deadlineMs);
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get calls(): readonly CallRecord[] {
    return this.load.records;
  }

  get failed(): readonly CallRecord[] {
    return this.calls.filter((call) => call.code !== grpc.status.OK);
  }

  /** Stops the load, waits for the calls in flight, and closes channel and cluster. Results stay readable. */
  async stop(): Promise<void> {
    await this.load.stop();
    const closed = new Promise<void>((resolve) => this.channel.on('closed', resolve));
    this.#client.close();
    await closed;
    await this.cluster.close();
  }
}
