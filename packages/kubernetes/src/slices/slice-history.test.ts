import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock } from '@fairlead/testing';
import type { Endpoint, ResolverState } from '@fairlead/core';
import { EndpointView } from '../resolver/endpoint-view.js';
import { pod, pod6, slice } from '../../test/support/slices.js';
import { changeUrgency } from './change-urgency.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { EndpointTable } from './endpoint-table.js';
import { parseSlice } from './parse-slice.js';

/** What happens to one slice, in order: a new content, or its end. */
interface Step {
  readonly name: string;
  readonly content: readonly [n: number, conditions: Record<string, boolean>][] | undefined;
}

const conditions = fc.constantFrom(
  { ready: true, serving: true, terminating: false },
  { ready: false, serving: false, terminating: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
);
const content = fc.option(fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), conditions), { maxLength: 5 }), {
  nil: undefined,
});
const histories = fc.record({
  a: fc.array(content, { maxLength: 6 }),
  b: fc.array(content, { maxLength: 6 }),
  six: fc.array(content, { maxLength: 6 }),
});

/** Any order that keeps the order of each slice's own events, which is all that a watch promises. */
function interleaved(
  history: Readonly<Record<string, readonly Step['content'][]>>,
  choices: readonly number[],
): Step[] {
  const rest = Object.entries(history).map(([name, contents]) => ({ name, contents: [...contents] }));
  const steps: Step[] = [];
  for (let n = 0; ; n += 1) {
    const open = rest.filter(({ contents }) => contents.length > 0);
    const next = open[(choices[n] ?? 0) % (open.length || 1)];
    if (next === undefined) return steps;
    steps.push({ name: next.name, content: next.contents.shift() });
  }
}

function sliceOf({ name, content: pods }: Step): EndpointSlice | undefined {
  if (pods === undefined) return undefined;
  const six = name === 'six';
  const endpoints = pods.map(([n, each]) => (six ? pod6 : pod)(n, { conditions: each }));
  return parseSlice(slice(name, endpoints, { addressType: six ? 'IPv6' : 'IPv4' })) as EndpointSlice;
}

/** The order says nothing: what only changed places is not told again. */
const byId = (endpoints: readonly Endpoint[]): Endpoint[] => [...endpoints].sort((x, y) => (x.id < y.id ? -1 : 1));

const delays = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 18 });
const choices = fc.array(fc.nat(2), { maxLength: 18 });

test('any interleaving of a valid history ends with what a fresh list says, and no report is late', () => {
  fc.assert(
    fc.property(histories, choices, delays, (history, order, pauses) => {
      const clock = new VirtualClock();
      const slices = new Map<string, EndpointSlice>();
      const view = new EndpointView('grpc', {
        clock,
        slices,
        namespace: 'prod',
        service: 'greeter',
        removalDelayMs: 50,
        additionDelayMs: 200,
      });
      let told: ResolverState | undefined;
      view.add({ onState: (state) => (told = state), onError: () => undefined });
      view.changed('none', clock.now());
      interleaved(history, order).forEach((step, n) => {
        const [before, after] = [slices.get(step.name), sliceOf(step)];
        if (after === undefined) slices.delete(step.name);
        else slices.set(step.name, after);
        view.changed(before === after ? 'none' : changeUrgency(before, after), clock.now());
        clock.advance(pauses[n] ?? 0);
      });
      clock.advance(200);
      expect(clock.pendingTimers).toBe(0);
      const fresh = new EndpointTable('grpc').update([...slices.values()].reverse()).endpoints;
      expect(byId(told?.endpoints ?? [])).toEqual(byId(fresh));
    }),
    { numRuns: 200 },
  );
});
