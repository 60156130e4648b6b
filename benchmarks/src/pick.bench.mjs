// Cost of one pick, load reading included, at 10 and 1 000 members. Goal: ≤ 300 ns.
import { peakEwmaPolicy, roundRobinPolicy, systemRandom, endpointAt } from '@fairlead/core';
import { summarize } from './statistics.mjs';

const ROUNDS = 31;
const PICKS = 200_000;
const request = { path: '/fairlead.bench.Echo/Echo', metadata: { get: () => [] }, attempt: undefined };

/** @param {import('@fairlead/core').BalancingPolicyFactory} factory @param {number} count */
function pickerOf(factory, count) {
  const policy = factory.create({}, 'bench')();
  const members = Array.from({ length: count }, (_, index) => ({
    endpoint: endpointAt({ kind: 'tcp', host: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, port: 80 }),
    connectivity: /** @type {const} */ ('ready'),
    load: policy.createLoad(),
  }));
  // Every member has a history, as in a pool at work.
  for (const [index, member] of members.entries()) member.load.begin(index).end(index + 5, 'success');
  return policy.update(members, { now: count + 10, random: systemRandom }).picker;
}

for (const [name, factory] of Object.entries({ peak_ewma: peakEwmaPolicy, round_robin: roundRobinPolicy })) {
  for (const count of [10, 1_000]) {
    const picker = pickerOf(factory, count);
    let now = 2_000;
    const samples = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < PICKS; i += 1) picker.pick(request, (now += 0.01));
      samples.push(Number(process.hrtime.bigint() - start) / PICKS);
    }
    console.log(JSON.stringify({ benchmark: 'pick', policy: name, members: count, nanoseconds: summarize(samples) }));
  }
}
