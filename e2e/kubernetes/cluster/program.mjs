import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/** How long a program may take to end by itself before it is killed. */
const STOP_MS = 5_000;

/** A program of the control plane: it runs until it is stopped, and what it says goes to a file. */
export class Program {
  #name;
  #command;
  #args;
  #log;
  #child;
  #wanted = false;

  constructor(name, folder, command, args) {
    this.#name = name;
    this.#command = command;
    this.#args = args;
    this.#log = join(folder, `${name}.log`);
  }

  /** @param onDeath told when it ends without having been stopped. */
  start(onDeath) {
    const log = openSync(this.#log, 'a');
    const child = spawn(this.#command, this.#args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#wanted = true;
    child.once('error', (error) => onDeath(new Error(`${this.#name}: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (this.#wanted && this.#child === child) {
        onDeath(new Error(`${this.#name} ended with ${signal ?? code}:\n${this.lastLines()}`));
      }
    });
  }

  async stop(signal = 'SIGTERM') {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  lastLines(count = 20) {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  }
}
