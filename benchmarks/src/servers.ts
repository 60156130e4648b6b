import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./echo-server.js', import.meta.url));

/** Echo servers in processes of their own, so that the CPU of this process is the client's alone. */
export interface Servers {
  /** `ip:port` of each. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

export async function startServers(count: number): Promise<Servers> {
  const children = Array.from({ length: count }, () => fork(SCRIPT));
  const addresses = await Promise.all(children.map(addressOf));
  return { addresses, close: async () => void (await Promise.all(children.map(stop))) };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { address: string }).address));
    child.once('exit', () => reject(new Error('an echo server exited before it was ready')));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
