import { describe, expect, test } from '@jest/globals';
import type { BalancingPolicy, Load, PolicyUpdate } from '@fairlead/core';
import { roundRobin, smallWorld } from '../../test/support/small-world.js';
import { runWorld } from '../run-scenario.js';
import type { World } from '../scenarios/world.js';

/** What the loads of a client were told. */
interface Heard {
  readonly policy: () => BalancingPolicy;
  /** When the reports of a pod arrived, in whole ms. */
  readonly timesOf: (pod: number) => readonly number[];
  readonly callsPerSecond: number[];
}

/** round_robin that wants reports while `wanted` says so, and keeps what its loads are told. */
function listening(wanted: (now: number) => PolicyUpdate['loadReports']): Heard {
  const times: number[][] = [];
  const callsPerSecond: number[] = [];
  const child = roundRobin();
  const createLoad = (): Load => {
    const own: number[] = [];
    times.push(own);
    const load = child.createLoad();
    return Object.assign(load, {
      report: ({ qps }: { readonly qps: number }, now: number) => {
        own.push(Math.round(now));
        callsPerSecond.push(qps);
      },
    });
  };
  const update: BalancingPolicy['update'] = (members, context) => {
    const loadReports = wanted(context.now);
    return { ...child.update(members, context), revisitInMs: 100, ...(loadReports && { loadReports }) };
  };
  return { policy: () => ({ name: 'listens', createLoad, update }), timesOf: (pod) => times[pod]!, callsPerSecond };
}

/** Messages take 20 ms, a connection three times that: the first report is there after 100 ms. */
function worldOf({ policy }: Heard): World {
  return smallWorld({ policy, client: { network: { baseMs: 20, jitterMs: 1e-9 } } });
}

describe('load reports out of band', () => {
  test('come at once, and at every interval, from each pod', () => {
    const heard = listening(() => ({ intervalMs: 1_000 }));
    runWorld(worldOf(heard), 3_500);
    for (const pod of [0, 1, 2]) expect(heard.timesOf(pod)).toEqual([100, 1_100, 2_100, 3_100]);
    expect(heard.callsPerSecond.at(0)).toBe(0);
    expect(heard.callsPerSecond.at(-1)).toBeGreaterThan(5);
  });

  test('come as often as a pod lets itself be asked where the interval is 0, and never where none are wanted', () => {
    const [often, never] = [listening(() => ({ intervalMs: 0 })), listening(() => undefined)];
    runWorld(worldOf(often), 450);
    expect(often.timesOf(0).slice(0, 4)).toEqual([100, 200, 300, 400]);
    runWorld(worldOf(never), 450);
    expect(never.timesOf(0)).toEqual([]);
  });

  test('end when they are not wanted any more, and begin anew when their interval changes', () => {
    const heard = listening((now) => {
      if (now < 1_000) return { intervalMs: 300 };
      return now < 2_000 ? { intervalMs: 500 } : undefined;
    });
    runWorld(worldOf(heard), 4_000);
    const [slow, quick] = [heard.timesOf(0).filter((at) => at > 1_050), heard.timesOf(0).filter((at) => at <= 1_050)];
    expect(quick).toEqual([100, 400, 700, 1_000]);
    expect(slow.map((at) => at - slow[0]!)).toEqual([0, 500]);
  });

  test('come over the connection: not from a pod that is gone or cannot be reached, and again from its next life', () => {
    const heard = listening(() => ({ intervalMs: 200 }));
    const world = worldOf(heard);
    world.at(1_050, () => world.pods[0]!.crash());
    world.at(3_000, () => world.pods[0]!.restart());
    world.at(1_050, () => world.pods[1]!.isolate(5_000));
    world.at(2_050, () => world.pods[1]!.rejoin());
    runWorld(world, 6_000);
    const gaps = [0, 1].map((pod) => heard.timesOf(pod).filter((at) => at > 1_070 && at < 2_050));
    expect(gaps).toEqual([[], []]);
    expect(heard.timesOf(0).at(-1)).toBeGreaterThan(5_000);
    expect(heard.timesOf(1).filter((at) => at > 2_050 && at < 3_000)).toEqual([2_100, 2_300, 2_500, 2_700, 2_900]);
  });
});
