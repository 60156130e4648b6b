import type { VirtualClock } from '@fairlead/testing';
import type { ConcurrencyLimit } from '../../src/limit/concurrency-limit.js';
import type { Random } from '../../src/random/random.js';

/** A server that serves so many calls at once; others queue, first come first served, or are refused. */
export class QueueingServer {
  workers: number;
  /** Time to serve a call, in ms, ± 10 %. */
  serviceMs: number;
  /** Calls that it lets queue. */
  maxQueue = Infinity;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(clock: VirtualClock, random: Random, workers: number, serviceMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.workers = workers;
    this.serviceMs = serviceMs;
  }

  /** @returns false when it is refused. */
  call(done: () => void): boolean {
    if (this.#busy < this.workers) this.#serve(done);
    else if (this.#queue.length < this.maxQueue) this.#queue.push(() => this.#serve(done));
    else return false;
    return true;
  }

  #serve(done: () => void): void {
    this.#busy += 1;
    this.#clock.schedule(this.serviceMs * (0.9 + 0.2 * this.#random.next()), () => {
      this.#busy -= 1;
      if (this.#busy < this.workers) this.#queue.shift()?.();
      done();
    });
  }
}

/** A client that has always something to send: as many calls as the limit and the demand allow. */
export class GreedyClient {
  /** Calls that it would have under way without a limit. */
  demand = 1_000;
  /** What was seen since the last `take()`. */
  #latencies: number[] = [];
  #drops = 0;
  readonly seenLimits = { min: Infinity, max: -Infinity };
  readonly #clock: VirtualClock;
  readonly #server: QueueingServer;
  readonly #limit: ConcurrencyLimit;
  #inFlight = 0;

  constructor(clock: VirtualClock, server: QueueingServer, limit: ConcurrencyLimit) {
    this.#clock = clock;
    this.#server = server;
    this.#limit = limit;
  }

  fill(): void {
    while (this.#inFlight < Math.min(this.demand, this.#limit.limit)) this.#send();
  }

  take(): { readonly latencyMs: number; readonly drops: number; readonly calls: number } {
    const latencies = this.#latencies;
    const drops = this.#drops;
    this.#latencies = [];
    this.#drops = 0;
    const sum = latencies.reduce((total, one) => total + one, 0);
    return { latencyMs: sum / latencies.length, drops, calls: latencies.length };
  }

  #send(): void {
    this.#inFlight += 1;
    const beganAt = this.#clock.now();
    const inFlight = this.#inFlight;
    const taken = this.#server.call(() => this.#end(beganAt, inFlight, false));
    // A refusal takes a network round trip.
    if (!taken) this.#clock.schedule(1, () => this.#end(beganAt, inFlight, true));
  }

  #end(beganAt: number, inFlight: number, dropped: boolean): void {
    this.#inFlight -= 1;
    const now = this.#clock.now();
    if (dropped) this.#drops += 1;
    else this.#latencies.push(now - beganAt);
    this.#limit.add({ latencyMs: now - beganAt, inFlight, dropped }, now);
    this.seenLimits.min = Math.min(this.seenLimits.min, this.#limit.limit);
    this.seenLimits.max = Math.max(this.seenLimits.max, this.#limit.limit);
    this.fill();
  }
}
