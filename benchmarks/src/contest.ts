import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startServers } from './servers.js';

const CHILD = fileURLToPath(new URL('./contender-child.js', import.meta.url));

/** What a contender does in one round. */
export interface Job {
  /** Unary calls. */
  readonly calls?: number;
  /** Server streams, and the messages of each. */
  readonly streams?: number;
  readonly messages?: number;
  /** Calls or streams under way at once. */
  readonly atATime: number;
}

/** What it took. */
export interface Figures {
  readonly wallMs: number;
  /** CPU of the contender's process, user and system, in µs. */
  readonly cpuUs: number;
}

/** One round of all contenders, by name. */
export type Round<Name extends string> = Readonly<Record<Name, Figures>>;

/**
 * Lets contenders do the same job, each in a process of its own (what one loads or patches does not touch the others), all
 * against the same five servers, in interleaved rounds.
 *
 * A ratio is to be taken within a round: the machine's speed drifts between rounds and hardly within one. The order of the
 * contenders rotates. Two rounds go before, to warm up.
 */
export async function contest<Name extends string>(
  names: readonly Name[],
  job: Job,
  rounds: number,
): Promise<Round<Name>[]> {
  const servers = await startServers(5);
  const target = `ipv4:${servers.addresses.join(',')}`;
  const children = new Map<Name, ChildProcess>();
  for (const name of names) {
    const child = fork(CHILD, [name, target], { execArgv: ['--expose-gc'] });
    child.once('exit', (code) => {
      if (code !== null && code !== 0) throw new Error(`${name} ended with ${code}`);
    });
    await once(child, 'message');
    children.set(name, child);
  }
  const results: Round<Name>[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const figures: Partial<Record<Name, Figures>> = {};
    for (let n = 0; n < names.length; n += 1) {
      const name = names[(n + round + names.length) % names.length] as Name;
      const child = children.get(name) as ChildProcess;
      child.send(job);
      [figures[name]] = (await once(child, 'message')) as [Figures];
    }
    if (round >= 0) results.push(figures as Round<Name>);
  }
  for (const child of children.values()) child.disconnect();
  await servers.close();
  return results;
}
