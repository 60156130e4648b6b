// The process of one contender: `contender-child.js <contender> <target>`. Runs what its parent asks for, one at a time.
import type { Connect } from './contender.js';
import type { Job, Figures } from './contest.js';

const [name = '', target = ''] = process.argv.slice(2);
const { connect } = (await import(`./contenders/${name}.js`)) as { readonly connect: Connect };
const contender = connect(target);

/** Fulfilled when `total` of what `begin` starts have ended, so many at a time. */
function repeat(total: number, atATime: number, begin: (done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = 0;
    let ended = 0;
    const next = (): void => {
      if (started === total) return;
      started += 1;
      begin((error) => {
        // An Error would arrive as an object without its text.
        if (error) return reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
        ended += 1;
        if (ended === total) resolve();
        else next();
      });
    };
    for (let n = 0; n < Math.min(atATime, total); n += 1) next();
  });
}

async function work({ calls = 0, streams = 0, messages = 0, atATime }: Job): Promise<void> {
  if (calls > 0) await repeat(Math.ceil(calls), atATime, (done) => contender.call(done));
  if (streams > 0) await repeat(Math.ceil(streams), atATime, (done) => contender.stream(messages, done));
}

/**
 * Measured is the steady state. A collection while nothing is under way lets V8 forget the shapes of all that a call is made
 * of, and with them the code that was optimized for these; so some work goes before, unmeasured.
 */
async function perform(job: Job): Promise<Figures> {
  globalThis.gc?.();
  await work({ ...job, calls: (job.calls ?? 0) / 4, streams: (job.streams ?? 0) / 4 });
  const cpuBefore = process.cpuUsage();
  const begunAt = performance.now();
  await work(job);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs: performance.now() - begunAt, cpuUs: user + system };
}

process.on('message', (job: Job) => {
  void perform(job).then((figures) => process.send?.(figures));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
