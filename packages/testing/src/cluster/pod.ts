import { drawDelay } from './delay-range.js';
import { PodProcess } from './pod-process.js';
import { POD_ENV, type PodReport } from './pod-protocol.js';
import type { PodHost, PodSpec } from './pod-spec.js';

/** The part of a pod's life it is in. `unready` was ready before; `terminating` has been asked to go. */
export type PodState = 'starting' | 'ready' | 'unready' | 'terminating' | 'exited';

/** When things happened to a pod, on the clock of `performance.now()`; absent when they did not happen (yet). */
export interface PodTimes {
  readonly createdAt: number;
  /** The kubelet saw it ready for the first time. */
  readonly readyAt?: number;
  /** From here on DNS could answer with its address. */
  readonly publishedAt?: number;
  /** Its deletion was requested. */
  readonly terminatedAt?: number;
  /** From here on DNS did not answer with its address any more. */
  readonly removedAt?: number;
  /** Its process was gone. */
  readonly exitedAt?: number;
}

/** The kubelet restarts a crashed container at once, then after 10 s, 20 s, … at most 5 min. */
const RESTART_BACKOFF_MS = 10_000;
const LONGEST_RESTART_BACKOFF_MS = 300_000;

/** A pod: a process with an address of its own, looked after as by the kubelet of its node. */
export class Pod {
  readonly #spec: PodSpec;
  readonly #host: PodHost;
  #process: PodProcess;
  #times: PodTimes;
  #reportedReady = false;
  #ready = false;
  #terminating = false;
  #exited = false;
  #latencyMs: number;
  #restarts = 0;

  /** Starts the process. Deployments call it. */
  constructor(spec: PodSpec, host: PodHost) {
    this.#spec = spec;
    this.#host = host;
    this.#latencyMs = spec.latencyMs;
    this.#times = { createdAt: performance.now() };
    this.#process = this.#startProcess();
    host.log.record('created', this);
  }

  get name(): string {
    return this.#spec.name;
  }

  /** `ip:port`. */
  get address(): string {
    return `${this.#spec.host}:${this.#spec.port}`;
  }

  get host(): string {
    return this.#spec.host;
  }

  get port(): number {
    return this.#spec.port;
  }

  get version(): string {
    return this.#spec.version;
  }

  /** Undefined for the first moments, and after its end it is that of a process that is gone. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get times(): PodTimes {
    return this.#times;
  }

  get latencyMs(): number {
    return this.#latencyMs;
  }

  /** How often a crash was answered by a new process at the same address. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The end of what the process wrote to its standard error. */
  get stderr(): string {
    return this.#process.stderr;
  }

  /** Stopped with SIGSTOP. */
  get frozen(): boolean {
    return this.#process.frozen;
  }

  /** Ready by the kubelet's view, and not asked to go. */
  get ready(): boolean {
    return this.#ready && !this.#terminating;
  }

  /** Its process ended without having been asked to, and nothing will start it again. */
  get crashed(): boolean {
    return this.#exited && !this.#terminating;
  }

  get state(): PodState {
    if (this.#exited) return 'exited';
    if (this.#terminating) return 'terminating';
    if (this.#ready) return 'ready';
    return this.#times.readyAt === undefined ? 'starting' : 'unready';
  }

  /** SIGKILL, now, without the cluster's having been told: a crash. What follows depends on `onCrash`. */
  kill(): void {
    this.#process.signal('SIGKILL');
  }

  /** SIGSTOP, now: its connections stay open and nobody answers. No readiness probe notices; that is the test's case. */
  freeze(): void {
    if (this.frozen || this.#exited) return;
    this.#process.signal('SIGSTOP');
    this.#host.log.record('frozen', this);
  }

  /** Lets a frozen pod go on. */
  thaw(): void {
    if (!this.frozen) return;
    this.#process.signal('SIGCONT');
    this.#host.log.record('thawed', this);
  }

  /** Makes each call take `ms` longer from now on, as far as the script plays along. Resolves once the pod was told. */
  async setLatency(ms: number): Promise<void> {
    this.#latencyMs = ms;
    this.#host.log.record('latency', this, `${ms} ms`);
    await this.#process.tell({ type: 'latency', ms });
  }

  /** Requests its deletion, as the API server would: shutdown and endpoint removal begin, in no certain order. */
  delete(): void {
    if (this.#terminating || this.#exited) return;
    this.#terminating = true;
    // It may be waiting for a restart, which does not come any more.
    this.#exited = !this.#process.running;
    this.#note('terminatedAt');
    this.#host.log.record('terminating', this);
    this.#host.changed(this);
    const { timers } = this.#host;
    timers.schedule(this.#kubeletDelay(), () => this.#shutDown());
    timers.schedule(this.#spec.terminationGraceMs, () => this.kill());
  }

  /** Remembers when the endpoint controller acted on it. */
  noteEndpoint(change: 'published' | 'removed'): void {
    this.#note(change === 'published' ? 'publishedAt' : 'removedAt');
    this.#host.log.record(change, this);
  }

  /** Kills it at once and waits for its end. */
  async destroy(): Promise<void> {
    this.#terminating = true;
    this.kill();
    await this.#process.ended;
  }

  #startProcess(): PodProcess {
    const { script, env, mode, version, name, ledgerFile } = this.#spec;
    const own = {
      [POD_ENV.name]: name,
      [POD_ENV.address]: this.address,
      [POD_ENV.version]: version,
      [POD_ENV.mode]: mode,
      [POD_ENV.latencyMs]: String(this.#latencyMs),
      [POD_ENV.ledger]: ledgerFile,
    };
    return new PodProcess({
      launcher: this.#host.launcher,
      script,
      env: { ...process.env, ...env, ...own },
      onReport: (report) => this.#onReport(report),
      onExit: (how) => this.#onExit(how),
    });
  }

  #onReport(report: PodReport): void {
    this.#reportedReady = report.type === 'ready';
    this.#syncReadinessLater();
  }

  #onExit(how: string): void {
    const restarts = this.#spec.onCrash === 'restart' && !this.#terminating;
    this.#exited = !restarts;
    this.#reportedReady = false;
    this.#note('exitedAt');
    this.#host.log.record('exited', this, how);
    this.#syncReadinessLater();
    if (restarts) this.#restartLater();
  }

  #syncReadinessLater(): void {
    this.#host.timers.schedule(this.#kubeletDelay(), () => this.#syncReadiness());
  }

  /** The state of now and not that of the report: two reports in a row may be seen in one look. */
  #syncReadiness(): void {
    if (this.#ready !== this.#reportedReady) {
      this.#ready = this.#reportedReady;
      if (this.#ready) this.#note('readyAt');
      // Of a pod that was told to go, nobody asks any more.
      if (!this.#terminating) this.#host.log.record(this.#ready ? 'ready' : 'unready', this);
    }
    this.#host.changed(this);
  }

  #restartLater(): void {
    const backoffMs = this.#restarts === 0 ? 0 : RESTART_BACKOFF_MS * 2 ** (this.#restarts - 1);
    this.#host.timers.schedule(Math.min(backoffMs, LONGEST_RESTART_BACKOFF_MS), () => {
      if (this.#terminating) return;
      this.#restarts++;
      this.#process = this.#startProcess();
      this.#host.log.record('restarted', this);
    });
  }

  #shutDown(): void {
    const { mode, preStopMs } = this.#spec;
    if (mode === 'prestop') this.#host.timers.schedule(preStopMs, () => this.#signal('SIGTERM'));
    else if (mode === 'freeze') this.freeze();
    else this.#signal(mode === 'kill' ? 'SIGKILL' : 'SIGTERM');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#exited) return;
    this.#process.signal(signal);
    this.#host.log.record('signalled', this, signal);
  }

  #kubeletDelay(): number {
    return drawDelay(this.#host.random, this.#host.kubeletSyncMs);
  }

  /** The first time counts for what brings a pod up, the last for what takes it down. */
  #note(time: Exclude<keyof PodTimes, 'createdAt'>): void {
    const isFirst = this.#times[time] === undefined;
    if (isFirst || time === 'removedAt' || time === 'exitedAt') {
      this.#times = { ...this.#times, [time]: performance.now() };
    }
  }
}
