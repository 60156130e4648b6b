import { describe, expect, test } from '@jest/globals';
import { SIMULATED_POLICIES } from '../policies.js';
import { runScenario } from '../run-scenario.js';
import { QUICK } from '../scenarios/scale.js';
import { slowPod } from '../scenarios/slow-pod.js';
import { chartOf } from './chart.js';
import type { NamedResult } from './named-result.js';
import { svg, svgText } from './svg.js';

function results(): readonly NamedResult[] {
  return SIMULATED_POLICIES.slice(0, 3).map((policy) => ({
    name: policy.name,
    result: runScenario({ scenario: slowPod, policy, seed: 7, scale: QUICK }),
  }));
}

describe('chartOf', () => {
  test('the same results are the same bytes, with a dot for each percentile and a line for each pod', () => {
    const chart = chartOf('slow-pod', results());
    expect(chartOf('slow-pod', results())).toBe(chart);
    expect(chart.match(/<circle/g)).toHaveLength(4 + 3 * 4);
    expect(chart.match(/stroke-width="1.2"/g)).toHaveLength(3 * QUICK.pods);
    expect(chart).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('every element that is opened is closed', () => {
    const open: string[] = [];
    for (const [, slash, name, end] of chartOf('a & b', results()).matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (end === '') open.push(name!);
    }
    expect(open).toEqual([]);
  });

  test('text is escaped and numbers are short', () => {
    expect(svgText('a < b & c', 1 / 3, 2)).toBe('<text x="0.3" y="2">a &lt; b &amp; c</text>');
    expect(svg('g', { id: '"' })).toBe('<g id="&quot;"/>');
  });
});
