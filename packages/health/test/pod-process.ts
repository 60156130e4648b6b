import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GracefulShutdownOptions, ShutdownReport } from '../src/index.js';
import { until } from './test-server.js';

interface PodMessage {
  readonly port?: number;
  readonly signal?: string;
  readonly report?: ShutdownReport;
}

/** `pod.mjs` as a child process: real signals, a real exit status. It runs the built package. */
export class PodProcess {
  readonly #child: ChildProcess;
  readonly #messages: PodMessage[] = [];
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  constructor(options: GracefulShutdownOptions) {
    const script = fileURLToPath(new URL('./pod.mjs', import.meta.url));
    this.#child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.exit = new Promise((resolve) => this.#child.once('close', (code, signal) => resolve({ code, signal })));
    if (this.#child.stdout === null) throw new Error('no stdout');
    createInterface(this.#child.stdout).on('line', (line) => this.#messages.push(JSON.parse(line) as PodMessage));
  }

  get report(): ShutdownReport | undefined {
    return this.#messages.find(({ report }) => report)?.report;
  }

  async address(): Promise<string> {
    await until(() => this.#messages.some(({ port }) => port !== undefined));
    return `127.0.0.1:${this.#messages.find(({ port }) => port !== undefined)?.port}`;
  }

  /** Sends a signal and waits until the pod has got it: two that come at once would be one. */
  async terminate(): Promise<void> {
    const count = () => this.#messages.filter(({ signal }) => signal === 'SIGTERM').length;
    const before = count();
    this.#child.kill('SIGTERM');
    await until(() => count() > before);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
