import { succeeded } from './measure.js';
import type { Load } from './load.js';

/** One line per second while a client is at work: where we are, and what became of the calls of the last second. */
export class LiveLine {
  readonly #title: string;
  #phase = '';
  #load: Load | undefined;
  #seen = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(title: string) {
    this.#title = title;
    process.stderr.write(`\n${title}\n`);
    this.#timer = setInterval(() => this.#print(), 1_000);
  }

  update(phase: string, load: Load | undefined): void {
    this.#phase = phase;
    this.#load = load;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #print(): void {
    const load = this.#load;
    if (load === undefined) {
      process.stderr.write(`   –  ${this.#phase}\n`);
      return;
    }
    const recent = load.records.slice(this.#seen);
    this.#seen = load.records.length;
    const ok = recent.filter(succeeded);
    const pods = new Set(ok.map((call) => call.pod)).size;
    const second = String(Math.round((performance.now() - load.startedAt) / 1_000)).padStart(4);
    const failed = recent.length - ok.length;
    const failures = failed === 0 ? '' : `   ${failed} FAILED`;
    process.stderr.write(
      `${second}s  ${this.#phase.padEnd(22)} ${String(ok.length).padStart(4)} ok on ${pods} pods${failures}\n`,
    );
  }

  get title(): string {
    return this.#title;
  }
}
