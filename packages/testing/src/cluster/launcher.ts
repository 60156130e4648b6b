import { spawn, type ChildProcess } from 'node:child_process';
import { launcherProcess, type LauncherCommand, type LauncherReport } from './launcher-process.js';

/** Who is told about a launched process. */
export interface LaunchListener {
  readonly onStart: (pid: number) => void;
  readonly onMessage: (message: unknown) => void;
  readonly onStderr: (text: string) => void;
  /** @param how `code 1`, `SIGKILL`, … */
  readonly onExit: (how: string) => void;
}

/**
 * Starts the processes of pods from a small process of its own. To start one from here would block this process for
 * 15 to 40 ms while the machine is busy (measured on two cores), and eight at once, as a rolling update does, would show
 * in the latencies of the client under test.
 */
export class Launcher {
  readonly #process: ChildProcess;
  readonly #listeners = new Map<number, LaunchListener>();
  readonly #ended: Promise<void>;
  #launched = 0;

  /** @param directoryToRemove when this process ends without having removed it. */
  constructor(directoryToRemove: string) {
    const names = `require('node:child_process'), require('node:fs'), ${JSON.stringify(directoryToRemove)}`;
    this.#process = spawn(process.execPath, ['--eval', `(${launcherProcess.toString()})(${names})`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (report: LauncherReport) => this.#onReport(report));
    // Not `close`: it does not come after a disconnect() of ours.
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', () => {
        this.#onEnd();
        resolve();
      });
    });
  }

  /** @returns the key of the new process. */
  launch(script: string, env: NodeJS.ProcessEnv, listener: LaunchListener): number {
    const key = ++this.#launched;
    this.#listeners.set(key, listener);
    void this.#command({ type: 'launch', key, script, env });
    return key;
  }

  /** Resolves when the message is on its way; a process that is gone gets none. */
  tell(key: number, message: object): Promise<void> {
    return this.#command({ type: 'tell', key, message });
  }

  /** Ends the launcher and every process that is still there. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended;
  }

  #command(command: LauncherCommand): Promise<void> {
    return new Promise((resolve) => {
      if (this.#process.connected) this.#process.send(command, () => resolve());
      else resolve();
    });
  }

  #onReport(report: LauncherReport): void {
    const listener = this.#listeners.get(report.key);
    if (report.type === 'started') listener?.onStart(report.pid);
    else if (report.type === 'said') listener?.onMessage(report.message);
    else if (report.type === 'stderr') listener?.onStderr(report.text);
    else {
      this.#listeners.delete(report.key);
      listener?.onExit(report.how);
    }
  }

  /** Without the launcher the pods end, too: their channel to it is closed. */
  #onEnd(): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onExit('its launcher ended');
  }
}
