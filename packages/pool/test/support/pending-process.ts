import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a child process ended. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `source`, an ES module that may import the built package, in a process of its own. */
export async function runModule(source: string): Promise<Ending> {
  const cwd = join(process.cwd(), 'packages', 'pool');
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
