import type { Launcher } from './launcher.js';
import type { LatencyCommand, PodReport } from './pod-protocol.js';

/** As much of a pod's error output is kept, in characters. */
const STDERR_TAIL = 4_000;

/** What a process needs to be started, and whom it tells. */
export interface PodProcessOptions {
  readonly launcher: Launcher;
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onReport: (report: PodReport) => void;
  /** @param how `code 1`, `SIGKILL`, … */
  readonly onExit: (how: string) => void;
}

/** The process of a pod: started by the constructor. */
export class PodProcess {
  /** Resolves when the process has exited. */
  readonly ended: Promise<void>;
  readonly #launcher: Launcher;
  readonly #key: number;
  #pid: number | undefined;
  #running = true;
  #frozen = false;
  #stderr = '';
  /** Sent as soon as there is a process to send them to. */
  readonly #pendingSignals: NodeJS.Signals[] = [];

  constructor({ launcher, script, env, onReport, onExit }: PodProcessOptions) {
    this.#launcher = launcher;
    let resolveEnded: () => void;
    this.ended = new Promise((resolve) => (resolveEnded = resolve));
    this.#key = launcher.launch(script, env, {
      onStart: (pid) => this.#onStart(pid),
      onMessage: (message) => {
        if (isReport(message)) onReport(message);
      },
      onStderr: (text) => {
        this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
      },
      onExit: (how) => {
        this.#running = false;
        this.#frozen = false;
        onExit(how);
        resolveEnded();
      },
    });
  }

  /** Undefined until it has started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** False once the process has exited, or could not be started. */
  get running(): boolean {
    return this.#running;
  }

  /** The end of what it wrote to its standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Straight from here and not by the launcher, so that it has happened when this returns. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#running) return;
    if (signal === 'SIGSTOP') this.#frozen = true;
    if (signal === 'SIGCONT') this.#frozen = false;
    if (this.#pid === undefined) this.#pendingSignals.push(signal);
    else send(this.#pid, signal);
  }

  /** Resolves when the message is on its way; a pod that is gone gets none. */
  tell(message: LatencyCommand): Promise<void> {
    return this.#launcher.tell(this.#key, message);
  }

  #onStart(pid: number): void {
    this.#pid = pid;
    for (const signal of this.#pendingSignals.splice(0)) send(pid, signal);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just exited; the launcher's report of it is on its way.
  }
}

function isReport(message: unknown): message is PodReport {
  if (typeof message !== 'object' || message === null) return false;
  const { type } = message as PodReport;
  return type === 'ready' || type === 'not-ready';
}
