import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A pod in a thread of its own: it goes on while the event loop of the test is blocked. */
export class RemotePod {
  readonly address: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.address = `127.0.0.1:${port}`;
  }

  static async start(latencyMs: number): Promise<RemotePod> {
    const worker = new Worker(new URL('remote-pod-thread.mjs', import.meta.url), { workerData: { latencyMs } });
    const [{ port }] = (await once(worker, 'message')) as [{ readonly port: number }];
    return new RemotePod(worker, port);
  }

  /** Calls that its application got. */
  async calls(): Promise<number> {
    this.#worker.postMessage('calls');
    const [{ calls }] = (await once(this.#worker, 'message')) as [{ readonly calls: number }];
    return calls;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
