// Cost of one pick, load reading included, of every policy at 10, 1 000 and 10 000 members: time and garbage. Goal for the
// policies that draw two: ≤ 200 ns, flat, and no allocation.
import {
  builtInPolicies,
  endpointAt,
  parseLoadBalancingConfig,
  systemRandom,
  type BalancingPolicy,
  type MemberView,
  type Picker,
  type PickRequest,
} from '@fairlead/core';
import { describe, summarize } from './statistics.js';

const ROUNDS = 15;
const PICKS = 100_000;
const SIZES = [10, 1_000, 10_000];

const child = [{ peak_ewma: {} }];
/** What a policy cannot do without, and what else is worth knowing of it. */
const CONFIGS: readonly (readonly [label: string, policy: string, config: object, weights?: boolean])[] = [
  ['peak_ewma, weights', 'peak_ewma', {}, true],
  ['least_request, 10', 'least_request', { choiceCount: 10 }],
  ['least_request, weights', 'least_request', {}, true],
];
const REQUIRED: Readonly<Record<string, object>> = {
  zone_preference: { zone: 'zone-0' },
  deterministic_aperture: { instanceId: 3, totalInstances: 10 },
  random_subsetting: { subsetSize: 20, childPolicy: child },
  outlier_detection: { successRateEjection: {}, childPolicy: child },
};

/** Calls of many users, for policies that hash. */
const requests = Array.from({ length: 1_024 }, (_, user): PickRequest => ({
  path: '/fairlead.bench.Echo/Echo',
  metadata: { get: () => [] },
  hashKey: `user ${user}`,
}));

/** A picker over members that all have a history, as in a pool at work. */
function pickerOf(policy: BalancingPolicy, count: number, weights: boolean): Picker {
  const members = Array.from({ length: count }, (_, index): MemberView => {
    const host = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    const load = policy.createLoad();
    load.begin(index).end(index + 5, 'success');
    const attributes = { zone: `zone-${index % 3}`, ...(weights && { weight: 1 + (index % 5) }) };
    return { endpoint: endpointAt({ kind: 'tcp', host, port: 80 }, attributes), connectivity: 'ready', load };
  });
  return policy.update(members, { now: count + 10, random: systemRandom, reconsider: () => undefined }).picker;
}

function nanoseconds(picker: Picker): number[] {
  let now = 20_000;
  return Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    for (let made = 0; made < PICKS; made += 1) picker.pick(requests[made & 1_023]!, (now += 0.01));
    return (process.cpuUsage(start).user * 1_000) / PICKS;
  });
}

/** The least of several runs: what is not the picks' own can only add to it. */
function bytes(picker: Picker): number {
  const runs = Array.from({ length: 5 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let made = 0; made < 20_000; made += 1) picker.pick(requests[made & 1_023]!, 20_001);
    return (process.memoryUsage().heapUsed - before) / 20_000;
  });
  return Math.max(0, Math.min(...runs));
}

function measure(label: string, name: string, config: object, weights = false): void {
  for (const count of SIZES) {
    const policy = parseLoadBalancingConfig([{ [name]: config }], builtInPolicies, name).create();
    const picker = pickerOf(policy, count, weights);
    const time = describe(summarize(nanoseconds(picker)), 0);
    console.log(
      `  ${label.padEnd(24)} ${String(count).padStart(6)} members  ${time.padEnd(36)} ${bytes(picker).toFixed(0).padStart(5)} bytes`,
    );
  }
}

// CPU time, which other processes of the machine do not stretch as much as the clock on the wall.
console.log(`Nanoseconds of CPU and bytes per pick, Node ${process.version}`);
for (const { names } of builtInPolicies) measure(names[0]!, names[0]!, REQUIRED[names[0]!] ?? {});
for (const [label, name, config, weights] of CONFIGS) measure(label, name, config, weights);
