import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('kubernetes-api-process.js', import.meta.url));

/** Sends the n-th event: one pod of a slice begins to terminate, the one before it in that slice is back. */
export interface ApiCommand {
  readonly event: number;
}

export type ApiReply =
  | { readonly kind: 'listening'; readonly port: number }
  /** A watch is open. */
  | { readonly kind: 'watched' }
  /** By a clock that all processes of a machine share. */
  | { readonly kind: 'sent'; readonly sentAt: [seconds: number, nanoseconds: number] };

/** An API server in a process of its own, and a kubeconfig that leads to it. */
export class KubernetesApi {
  readonly #child: ChildProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
  #events = 0;

  private constructor(endpoints: number) {
    this.#child = fork(SCRIPT, [String(endpoints)], { execArgv: [] });
  }

  /** @param endpoints a multiple of 100. */
  static async start(endpoints: number): Promise<KubernetesApi> {
    const api = new KubernetesApi(endpoints);
    const { port } = await api.#reply('listening');
    const cluster = { server: `http://127.0.0.1:${port}` };
    const config = {
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a' } }],
      clusters: [{ name: 'a', cluster }],
    };
    writeFileSync(api.kubeconfig, JSON.stringify(config));
    return api;
  }

  get kubeconfig(): string {
    return join(this.#directory, 'config');
  }

  /** Waits for the next watch. */
  async watched(): Promise<void> {
    await this.#reply('watched');
  }

  /** Sends the next event. @returns when it was written, in ms of {@link monotonicMs}. */
  async send(): Promise<number> {
    const replied = this.#reply('sent');
    this.#child.send({ event: this.#events } satisfies ApiCommand);
    this.#events += 1;
    return milliseconds((await replied).sentAt);
  }

  close(): void {
    this.#child.disconnect();
    rmSync(this.#directory, { recursive: true });
  }

  async #reply<K extends ApiReply['kind']>(kind: K): Promise<Extract<ApiReply, { kind: K }>> {
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [ApiReply];
      if (message.kind === kind) return message as Extract<ApiReply, { kind: K }>;
    }
  }
}

/** The same in all processes of a machine. */
export function monotonicMs(): number {
  return milliseconds(process.hrtime());
}

function milliseconds([seconds, nanoseconds]: [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}
