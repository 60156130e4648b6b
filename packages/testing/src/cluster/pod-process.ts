import { spawn, type ChildProcess } from 'node:child_process';
import type { LatencyCommand, PodReport } from './pod-protocol.js';

/** As much of a pod's error output is kept, in characters. */
const STDERR_TAIL = 4_000;

/** What a process needs to be started, and whom it tells. */
export interface PodProcessOptions {
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onReport: (report: PodReport) => void;
  /** @param how `code 1`, `SIGKILL`, … */
  readonly onExit: (how: string) => void;
}

/** The process of a pod: started by the constructor, at its end when {@link closed} resolves. */
export class PodProcess {
  readonly #ends: Promise<void>[] = [];
  readonly #child: ChildProcess;
  #guard: ChildProcess | undefined;
  #stderr = '';

  constructor(options: PodProcessOptions) {
    // Not fork(): it would pass --inspect and --experimental-vm-modules on to the pod.
    this.#child = spawn(process.execPath, [options.script], {
      env: options.env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (message) => {
      if (isReport(message)) options.onReport(message);
    });
    this.#ends.push(closeOf(this.#child));
    this.#reportEnd(options.onExit);
  }

  /** Resolves when the process and its helpers have exited and their pipes are closed. */
  async closed(): Promise<void> {
    await this.#ends[0];
    await Promise.all(this.#ends);
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False once the process has exited, or could not be started. */
  get running(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it wrote to its standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  get frozen(): boolean {
    return this.#guard !== undefined;
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /**
   * Stops the process where it is. A stopped process cannot see that its parent has died, and would stay for ever: a
   * shell that waits for the end of its input, which comes when the parent dies however it dies, kills it then.
   */
  freeze(): void {
    if (this.#guard !== undefined || this.pid === undefined) return;
    const script = 'read -r _; kill -KILL "$1"';
    this.#guard = spawn('/bin/sh', ['-c', script, 'sh', String(this.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#ends.push(closeOf(this.#guard));
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
    this.#dropGuard();
  }

  /** Resolves when the message was handed to the kernel; a pod that is gone gets none. */
  send(message: LatencyCommand): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.connected) this.#child.send(message, () => resolve());
      else resolve();
    });
  }

  #reportEnd(onExit: (how: string) => void): void {
    const end = (how: string): void => {
      this.#dropGuard();
      onExit(how);
    };
    this.#child.once('exit', (code, signal) => end(signal ?? `code ${code}`));
    this.#child.on('error', (error) => {
      if (this.pid === undefined) end(error.message);
    });
  }

  #dropGuard(): void {
    this.#guard?.kill('SIGKILL');
    this.#guard = undefined;
  }
}

function closeOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()));
}

function isReport(message: unknown): message is PodReport {
  if (typeof message !== 'object' || message === null) return false;
  const { type } = message as PodReport;
  return type === 'ready' || type === 'not-ready';
}
