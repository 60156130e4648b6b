import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./echo-server.mjs', import.meta.url));

/**
 * Starts echo servers in processes of their own, so that the CPU of this process is the client's alone.
 *
 * @param {number} count
 * @returns {Promise<{ addresses: string[], close: () => Promise<void> }>}
 */
export async function startServers(count) {
  const children = Array.from({ length: count }, () => fork(SCRIPT, { serialization: 'json' }));
  const addresses = await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve, reject) => {
          child.once('message', (message) => resolve(/** @type {{ address: string }} */ (message).address));
          child.once('exit', () => reject(new Error('an echo server exited before it was ready')));
        }),
    ),
  );
  const close = async () => {
    await Promise.all(
      children.map((child) => {
        const exited = new Promise((resolve) => child.once('exit', resolve));
        child.removeAllListeners('exit').once('exit', () => undefined);
        child.kill('SIGKILL');
        return Promise.race([exited, new Promise((resolve) => child.once('exit', resolve))]);
      }),
    );
  };
  return { addresses, close };
}
