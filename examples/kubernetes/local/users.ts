import { Agent, request } from 'node:http';

/** What became of the reads of all users. */
export interface UserReads {
  readonly answered: number;
  readonly failed: number;
  /** Of the answered ones, in ms, sorted. */
  readonly latenciesMs: readonly number[];
}

/** Some users read one post after the other, each with a connection of its own, until the time is over. */
export async function readPosts(address: string, users: number, durationMs: number): Promise<UserReads> {
  const until = performance.now() + durationMs;
  const latencies: number[] = [];
  let failed = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: users });
  const oneUser = async (user: number): Promise<void> => {
    for (let n = user; performance.now() < until; n += users) {
      const startedAt = performance.now();
      const status = await read(agent, `http://${address}/posts/${1 + (n % 100)}`);
      if (status === 200) latencies.push(performance.now() - startedAt);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: users }, (_, user) => oneUser(user)));
  agent.destroy();
  return { answered: latencies.length, failed, latenciesMs: latencies.sort((a, b) => a - b) };
}

/** The status of the answer; 0 when there was none. */
function read(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve) => {
    request(url, { agent }, (response) => {
      response.resume().once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0));
    })
      .once('error', () => resolve(0))
      .end();
  });
}
