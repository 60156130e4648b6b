// Cost of one pick, load reading included, at 10 and 1 000 members. Goal: ≤ 300 ns.
import {
  endpointAt,
  peakEwmaPolicy,
  roundRobinPolicy,
  systemRandom,
  type DefinedPolicy,
  type MemberView,
  type Picker,
  type PickRequest,
} from '@fairlead/core';
import { describe, summarize } from './statistics.js';

const ROUNDS = 31;
const PICKS = 200_000;
const request: PickRequest = { path: '/fairlead.bench.Echo/Echo', metadata: { get: () => [] } };

/** A picker over members that all have a history, as in a pool at work. */
function pickerOf(factory: DefinedPolicy, count: number): Picker {
  const policy = factory.fromOptions()();
  const members = Array.from({ length: count }, (_, index): MemberView => {
    const host = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    const load = policy.createLoad();
    load.begin(index).end(index + 5, 'success');
    return { endpoint: endpointAt({ kind: 'tcp', host, port: 80 }), connectivity: 'ready', load };
  });
  return policy.update(members, { now: count + 10, random: systemRandom, reconsider: () => undefined }).picker;
}

console.log(`Nanoseconds per pick, Node ${process.version}`);
for (const [name, factory] of Object.entries({ peak_ewma: peakEwmaPolicy, round_robin: roundRobinPolicy })) {
  for (const count of [10, 1_000]) {
    const picker = pickerOf(factory, count);
    let now = 2_000;
    const samples: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < PICKS; i += 1) picker.pick(request, (now += 0.01));
      samples.push(Number(process.hrtime.bigint() - start) / PICKS);
    }
    console.log(`  ${name.padEnd(12)} ${String(count).padStart(5)} members  ${describe(summarize(samples), 0)}`);
  }
}
