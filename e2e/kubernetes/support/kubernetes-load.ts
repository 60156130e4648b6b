import { kubernetesResolver } from '@fairlead/kubernetes';
import * as grpc from '@grpc/grpc-js';
import { createChannel, type Channel, type ChannelOptions } from 'fairlead';
import { Load, type CallRecord } from 'fairlead-examples/rolling-update/load.js';
import { WorkClient } from 'fairlead-examples/rolling-update/service.js';

/** Of a call. Pods that start take all the time there is of a small machine for more than a second; that is no failure. */
const DEADLINE_MS = 5_000;

/** Who calls whom. */
export interface LoadOptions {
  readonly target: string;
  /** Of the account that watches. Not for `dns:` targets. */
  readonly kubeconfig?: string;
  /** What the ids of the calls begin with. */
  readonly prefix: string;
  /** Calls per second. Default 200. */
  readonly rps?: number;
  readonly options?: ChannelOptions;
}

/** Calls of one Fairlead client at a fixed rate, and what became of them. */
export class KubernetesLoad {
  readonly channel: Channel;
  readonly load: Load;
  /** Look-ups that failed. */
  readonly errors: Error[] = [];
  readonly #client: WorkClient;
  readonly #rps: number;
  #stoppedAt = NaN;

  private constructor(channel: Channel, { target, prefix, rps = 200 }: LoadOptions) {
    this.channel = channel;
    this.channel.on('resolverError', (error: Error) => this.errors.push(error));
    this.#client = new WorkClient(target, grpc.credentials.createInsecure(), { channelOverride: channel });
    this.#rps = rps;
    this.load = new Load(this.#client, prefix, rps, DEADLINE_MS);
  }

  /** Begins when the first pods are connected. */
  static async start(options: LoadOptions): Promise<KubernetesLoad> {
    const { kubeconfig } = options;
    const resolvers = kubeconfig === undefined ? [] : [kubernetesResolver({ kubeconfig })];
    const channel = createChannel(options.target, grpc.credentials.createInsecure(), { resolvers, ...options.options });
    await channel.ready({ timeoutMs: 10_000 }).catch((error: unknown) => {
      channel.close();
      throw error;
    });
    return new KubernetesLoad(channel, options);
  }

  get calls(): readonly CallRecord[] {
    return this.load.records;
  }

  /** What calls failed with, and how many: nothing, when all is well. */
  get failures(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { code, error } of this.calls) {
      if (code === grpc.status.OK) continue;
      const text = (error?.message ?? String(code)).slice(0, 60);
      counts[text] = (counts[text] ?? 0) + 1;
    }
    return counts;
  }

  get failed(): number {
    return this.calls.filter((call) => call.code !== grpc.status.OK).length;
  }

  /** Names of the pods that answered a call. */
  get answered(): ReadonlySet<string> {
    return new Set(this.calls.flatMap(({ pod }) => pod ?? []));
  }

  /** Calls that were made, of those that were due until the load was stopped. */
  get sentRatio(): number {
    return this.calls.length / (((this.#stoppedAt - this.load.startedAt) / 1_000) * this.#rps);
  }

  /** The longest time in which no call was begun. */
  get longestPauseMs(): number {
    const begins = this.calls.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
    const times = [this.load.startedAt, ...begins, this.#stoppedAt];
    return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0);
  }

  /** Stops the load, waits for the calls in flight, and closes the channel. Results stay readable. */
  async stop(): Promise<void> {
    this.#stoppedAt = performance.now();
    await this.load.stop();
    const closed = new Promise<void>((resolve) => this.channel.on('closed', resolve));
    this.#client.close();
    await closed;
  }
}
