import { createChannel, type Channel, type ChannelOptions } from 'fairlead';
import { LocalCluster, SeededRandom } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { WorkClient } from 'fairlead-examples/rolling-update/service.js';
import { POD_SCRIPT, sleep } from './load-run.js';

const SEED = 5;
const FAST_PODS = 4;
const SLOW_PODS = 2;
/** 200 calls a second. */
const INTERVAL_MS = 5;
const METHOD = '/fairlead.demo.Work/Do';

/**
 * All that a stall could set off: a deadline shorter than one; a breaker that opens when the ten calls that are in flight at a
 * time fail, of the hundred in its window; hedges before the stall is over.
 */
const SERVICE_CONFIG: NonNullable<ChannelOptions['serviceConfig']> = {
  // A memory of 1 s, so that blocks of 3 s are as good as independent of one another; a peak of 300 ms outlasts 2 s.
  loadBalancingConfig: [{ peak_ewma: { decayTime: '1s' } }],
  methodConfig: [
    {
      name: [{}],
      timeout: '0.25s',
      hedgingPolicy: { maxAttempts: 2 },
      fairlead: {
        hedgingDelay: { quantile: 'p95', min: '0.2s' },
        circuitBreaker: { failureRatio: 0.05, requestVolume: 20, window: '0.5s' },
      },
    },
  ],
};

/** How the loop of the client is blocked. */
export interface Stalls {
  readonly lengthMs: number;
  readonly everyMs: number;
}

/** One call, as the client saw it. */
export interface Outcome {
  /** Since the beginning of the run, in ms. */
  readonly startedAt: number;
  readonly code: grpc.status;
  /** Which pod answered. */
  readonly pod: string | undefined;
}

/** What a client saw of fast and slow pods, under a load that does not catch up: what a stall swallows is not sent. */
export class StallRun {
  readonly outcomes: Outcome[] = [];
  /** Changes of a member's or of the breaker's state: there should be none. */
  readonly troubles: string[] = [];
  readonly stalls: number[] = [];
  executions = 0;
  readonly #channel: Channel;
  readonly #client: WorkClient;
  #id = 0;
  #pending = 0;
  #beganAt = 0;
  #dueAt = 0;
  #stalled = 0;

  private constructor(target: string, options: ChannelOptions) {
    const insecure = grpc.credentials.createInsecure();
    this.#channel = createChannel(target, insecure, {
      random: new SeededRandom(SEED),
      serviceConfig: SERVICE_CONFIG,
      ...options,
    });
    this.#client = new WorkClient(target, insecure, { channelOverride: this.#channel });
  }

  static async of(stalls: Stalls | undefined, durationMs: number, options: ChannelOptions = {}): Promise<StallRun> {
    const cluster = await LocalCluster.start({ seed: SEED });
    try {
      cluster.deployment({ script: POD_SCRIPT, name: 'fast', replicas: FAST_PODS, latencyMs: 40 });
      cluster.deployment({ script: POD_SCRIPT, name: 'slow', replicas: SLOW_PODS, latencyMs: 120 });
      await cluster.settled();
      const run = new StallRun(cluster.dnsTarget, options);
      await run.#run(stalls, durationMs);
      run.executions = [...cluster.ledger.perPod().values()].reduce((sum, one) => sum + one, 0);
      return run;
    } finally {
      await cluster.close();
    }
  }

  async #run(stalls: Stalls | undefined, durationMs: number): Promise<void> {
    const channel = this.#channel;
    await channel.ready();
    while (channel.snapshot().members.some((member) => member.connectivity !== 'ready')) await sleep(20);
    channel.on('member', ({ endpoint, to }) => void this.troubles.push(`${endpoint.id}: ${to}`));
    channel.on('stall', ({ durationMs: ms }) => void this.stalls.push(ms));
    channel.breaker(METHOD)?.onChange(({ to }) => this.troubles.push(`breaker: ${to}`));
    this.#beganAt = this.#dueAt = performance.now();
    const load = setInterval(() => this.#tick(), INTERVAL_MS);
    const staller = stalls && setInterval(() => this.#stall(stalls.lengthMs), stalls.everyMs);
    await sleep(durationMs);
    for (const timer of [load, staller]) clearInterval(timer);
    while (this.#pending > 0) await sleep(10);
    const closed = new Promise<void>((resolve) => channel.on('closed', resolve));
    this.#client.close();
    await closed;
  }

  /** In turns where the sockets are read before the timers run, and where it is the other way round (ADR 0013). */
  #stall(ms: number): void {
    this.#stalled += 1;
    if (this.#stalled % 2 === 0) busyWait(ms);
    else setImmediate(busyWait, ms);
  }

  #tick(): void {
    const now = performance.now();
    // A timer may be a little late, and that is made up for; a stall is not.
    for (this.#dueAt = Math.max(this.#dueAt, now - 4 * INTERVAL_MS); this.#dueAt <= now; this.#dueAt += INTERVAL_MS) {
      this.#call();
    }
  }

  #call(): void {
    const startedAt = performance.now() - this.#beganAt;
    this.#pending += 1;
    this.#client.Do(`call-${(this.#id += 1)}`, new grpc.Metadata(), {}, (error, pod) => {
      this.#pending -= 1;
      this.outcomes.push({ startedAt, code: error?.code ?? grpc.status.OK, pod });
    });
  }
}

/** Nothing else runs in this process meanwhile. */
function busyWait(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
