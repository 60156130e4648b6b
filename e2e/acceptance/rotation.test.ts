import type { ChannelOptions } from 'fairlead';
import { describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { Conversations, type Conversation } from './conversations.js';
import { LoadRun, sleep } from './load-run.js';

const PODS = 8;
const RPS = 500;
const RUN_MS = 60_000;
const STREAMS = 10;
const GRACE_MS = 1_000;

/** What a client saw of a minute in which its connections were replaced, by whomever. */
interface Minute {
  readonly run: LoadRun;
  /** Connections that took the place of another, by pod. */
  readonly replaced: ReadonlyMap<string, number>;
  /** The smallest number of pickable members at any moment. */
  readonly fewestReady: number;
  /** Long bidirectional streams, each opened anew when it ended; the last ones were ended by the client. */
  readonly streams: readonly Conversation[];
}

async function runMinute(options: ChannelOptions, env: Readonly<Record<string, string>>): Promise<Minute> {
  const deploy: Parameters<typeof LoadRun.start>[1] = (cluster, script) =>
    void cluster.deployment({ script, replicas: PODS, latencyMs: 5, env });
  const run = await LoadRun.start(11, deploy, { options, rps: RPS });
  const replaced = new Map<string, number>();
  let fewestReady = PODS;
  const count = (id: string): void => void replaced.set(id, (replaced.get(id) ?? 0) + 1);
  const streams = new Conversations(run.channel, STREAMS);
  await sleep(1_000);
  run.channel.on('rotated', ({ endpoint }) => count(endpoint.id));
  run.channel.on('member', ({ endpoint, lost }) => {
    if (lost) count(endpoint.id);
    const { members } = run.channel.snapshot();
    fewestReady = Math.min(fewestReady, members.filter((member) => member.connectivity === 'ready').length);
  });
  await sleep(RUN_MS);
  await streams.stop();
  await run.stop();
  return { run, replaced, fewestReady, streams: streams.ended };
}

/** Whoever replaces the connections, callers do not notice, and nothing is done twice. */
function expectUnnoticed({ run, replaced }: Minute): void {
  expect(run.calls.length).toBeGreaterThan(0.9 * RPS * (RUN_MS / 1_000));
  expect(run.failed.map((call) => call.error?.message)).toEqual([]);
  expect(run.cluster.ledger.executedTwice()).toEqual([]);
  const executed = [...run.cluster.ledger.perPod().values()].reduce((sum, one) => sum + one, 0);
  expect(executed / run.calls.length).toBeLessThanOrEqual(1.01);
  expect(replaced.size).toBe(PODS);
  expect(Math.min(...replaced.values())).toBeGreaterThanOrEqual(20);
}

/**
 * Streams stay on their connection after it was replaced, up to the grace, and then end with a status that says why: none
 * is silent, none goes on with a gap in what it says, and those that the client ends in time are complete.
 *
 * @param reasons by code: whoever cuts the stream has the word.
 */
function expectToldWhy({ streams }: Minute, reasons: Partial<Record<status, RegExp>>): void {
  const cut = streams.filter(({ code }) => code !== status.OK);
  for (const { echoed, sent } of streams.filter(({ code }) => code === status.OK)) expect(echoed).toBe(sent);
  expect(streams.length - cut.length).toBeLessThanOrEqual(STREAMS);
  expect(cut.length).toBeGreaterThanOrEqual(STREAMS * 10);
  for (const { code, details, livedMs, unansweredMs } of cut) {
    expect(`${code} ${details}`).toMatch(reasons[code] ?? /^another code$/);
    expect(livedMs).toBeGreaterThan(GRACE_MS * 0.9);
    // What was under way when it was cut, and nothing before that.
    expect(unansweredMs).toBeLessThan(GRACE_MS);
  }
}

describe('a minute at 500 calls/s in which every connection is replaced every 2 s', () => {
  test('by the client: nobody notices, and no member is missing at any moment', async () => {
    const minute = await runMinute({ maxConnectionAgeMs: 2_000, maxConnectionAgeGraceMs: GRACE_MS }, {});
    expectUnnoticed(minute);
    expectToldWhy(minute, { [status.UNAVAILABLE]: /was replaced because of its age/ });
    expect(minute.fewestReady).toBe(PODS);
  });

  test('by the servers: nobody notices', async () => {
    const age = { MAX_CONNECTION_AGE_MS: '2000', MAX_CONNECTION_AGE_GRACE_MS: String(GRACE_MS) };
    const minute = await runMinute({}, age);
    expectUnnoticed(minute);
    // What grpc-js makes of a connection that its server destroys at the end of the grace.
    const reasons = { [status.UNAVAILABLE]: /Connection dropped/, [status.INTERNAL]: /ended without gRPC status/ };
    expectToldWhy(minute, reasons);
  });
});
