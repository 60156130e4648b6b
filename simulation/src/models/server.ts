import { STATUS_CODES } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import { CapacityMeter } from './capacity-meter.js';
import { HEALTHY, type Fault } from './fault.js';
import type { OrcaReport } from './orca-report.js';
import type { ServiceTime } from './service-time.js';
import { ServerTrailers } from './trailers.js';
import { warmUpFactor, type WarmUpCurve } from './warm-up-curve.js';

/** No process reports that it does nothing at all. */
const IDLE_UTILIZATION = 0.01;

/** What a server can do. */
export interface ServerOptions {
  readonly serviceTime: ServiceTime;
  /** Calls that it works on at the same time. Default: any number. */
  readonly cores?: number;
  /** Calls that wait for a core; one more is refused with RESOURCE_EXHAUSTED. Default: any number. */
  readonly queueLimit?: number;
  readonly warmUp?: WarmUpCurve;
}

/** A call as the server has it. */
export interface ServerCall {
  /** Where the server keeps it. Only the server changes this. */
  place: 'outside' | 'queued' | 'serving' | 'held' | 'gone';
  /** In which life of the server. Only the server changes this. */
  life: number;
  answer(code: number, trailers: ServerTrailers): void;
}

/**
 * The application of one pod: so many cores, a queue in front of them, a time that each call takes. What the network and
 * the life of the pod do to it is the business of `Pod`.
 */
export class Server {
  readonly meter: CapacityMeter;
  readonly #engine: Engine;
  readonly #options: ServerOptions;
  readonly #random;
  readonly #cores: number;
  readonly #queueLimit: number;
  #queue: ServerCall[] = [];
  #busy = 0;
  #inFlight = 0;
  #served = 0;
  #fault = HEALTHY;
  #slowFactor = 1;
  /** A process that died and its successor are two lives: what was begun in one does not end in the other. */
  #life = 0;

  constructor(engine: Engine, name: string, options: ServerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#random = engine.random.of(`service/${name}`);
    this.#cores = options.cores ?? Infinity;
    this.#queueLimit = options.queueLimit ?? Infinity;
    this.meter = new CapacityMeter(this.#cores);
  }

  /** Calls that it has and has not answered, those that wait included. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** From now on; what is being served goes on as it was. */
  setFault(fault: Fault): void {
    this.#fault = fault;
  }

  /** Calls take this many times their time; 1 is the usual one. */
  slowBy(factor: number): void {
    this.#slowFactor = factor;
  }

  receive(call: ServerCall): void {
    this.#inFlight++;
    call.life = this.#life;
    const fault = this.#fault;
    if (fault.kind === 'black-hole') call.place = 'held';
    else if (fault.kind === 'hangs') this.#answerLater(call, fault.ms, STATUS_CODES.OK);
    else if (fault.kind === 'fails') this.#answerLater(call, fault.afterMs, fault.code, fault.pushbackMs);
    else if (this.#busy < this.#cores) this.#serve(call);
    else if (this.#queue.length < this.#queueLimit) this.#enqueue(call);
    else this.#answer(call, STATUS_CODES.RESOURCE_EXHAUSTED);
  }

  /** The client has given up: what waits is dropped, what is being worked on is finished for nobody. */
  cancel(call: ServerCall): void {
    if (call.place === 'gone' || call.place === 'outside' || call.life !== this.#life) return;
    this.#inFlight--;
    call.place = 'gone';
  }

  /** How busy it has been of late, as it says itself. */
  loadReport(): OrcaReport {
    const { meter } = this;
    meter.read(this.#engine.now);
    const { callsPerSecond, failuresPerSecond } = meter;
    const utilization = IDLE_UTILIZATION + (1 - IDLE_UTILIZATION) * meter.utilization;
    return { cpuUtilization: utilization, applicationUtilization: utilization, callsPerSecond, failuresPerSecond };
  }

  /** Everything that it has is lost; its successor is as cold, and knows as little of itself, as any new process. */
  die(): void {
    const now = this.#engine.now;
    this.#life++;
    this.#queue = [];
    this.#inFlight = 0;
    this.#served = 0;
    for (; this.#busy > 0; this.#busy--) this.meter.stopped(now);
    this.meter.forget();
  }

  #enqueue(call: ServerCall): void {
    call.place = 'queued';
    this.#queue.push(call);
  }

  #answerLater(call: ServerCall, delayMs: number, code: number, pushbackMs?: number): void {
    call.place = 'held';
    this.#afterInThisLife(delayMs, () => {
      if (call.place === 'held') this.#answer(call, code, pushbackMs);
    });
  }

  #serve(call: ServerCall): void {
    call.place = 'serving';
    this.#busy++;
    this.meter.started(this.#engine.now);
    const { serviceTime, warmUp } = this.#options;
    const factor = this.#slowFactor * warmUpFactor(warmUp, this.#served);
    this.#served++;
    this.#afterInThisLife(serviceTime(this.#random) * factor, () => this.#finish(call));
  }

  #finish(call: ServerCall): void {
    this.#busy--;
    this.meter.stopped(this.#engine.now);
    if (call.place === 'serving') this.#answer(call, STATUS_CODES.OK);
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next.place === 'queued') return this.#serve(next);
    }
  }

  #answer(call: ServerCall, code: number, pushbackMs?: number): void {
    call.place = 'gone';
    this.#inFlight--;
    this.meter.answered(this.#engine.now, code !== STATUS_CODES.OK);
    call.answer(code, new ServerTrailers(this.loadReport(), pushbackMs));
  }

  #afterInThisLife(delayMs: number, action: () => void): void {
    const life = this.#life;
    this.#engine.after(delayMs, () => {
      if (this.#life === life) action();
    });
  }
}
