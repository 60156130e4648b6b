import { describe, expect, test } from '@jest/globals';
import { SIMULATED_POLICIES } from '../policies.js';
import { SCENARIOS } from '../scenarios/all-scenarios.js';
import { readArguments, UsageError } from './sim-arguments.js';

describe('readArguments', () => {
  test('one policy in one scenario', () => {
    const args = ['--policy', 'peak_ewma', '--scenario', 'slow-pod', '--seed', '7', '--svg', 'out.svg'];
    expect(readArguments(args)).toMatchObject({
      kind: 'run',
      policies: [{ name: 'peak_ewma' }],
      scenarios: [{ name: 'slow-pod' }],
      seed: 7,
      scale: { name: 'full' },
      svg: 'out.svg',
    });
  });

  test('without any, all policies in all scenarios', () => {
    expect(readArguments([])).toMatchObject({ policies: SIMULATED_POLICIES, scenarios: SCENARIOS, seed: 1 });
  });

  test('--list and --docs', () => {
    expect(readArguments(['--list'])).toEqual({ kind: 'list' });
    expect(readArguments(['--docs', '--check'])).toEqual({ kind: 'docs', check: true });
  });

  test.each([
    [['--policy', 'peak_ewna'], 'did you mean peak_ewma?'],
    [['--policy', 'fastest'], '--policy: fastest (expected: one of '],
    [['--scenario', 'slowpod'], 'did you mean slow-pod?'],
    [['--seed', '1.5'], '--seed: 1.5 (expected: a whole number)'],
    [['--seed', ''], '--seed:  (expected: a whole number)'],
    [['--seed', '99999999999999999999'], '--seed: 99999999999999999999 (expected: a whole number)'],
    [['--scale', 'huge'], '--scale: huge (expected: full or quick)'],
    [['--svg', 'out.svg'], '--svg (expected: together with one --scenario)'],
    [['--trace', 'out.txt', '--scenario', 'steady'], 'one --policy'],
    [['--check'], '--check (expected: together with --docs)'],
    [['--list', '--policy', 'peak_ewma', '--seed', '7'], '--policy (expected: not together with --list)'],
    [['--list', '--check'], '--check (expected: not together with --list)'],
    [['--docs', '--seed', '7'], '--seed (expected: not together with --docs)'],
    [['--docs', '--list'], '--docs (expected: not together with --list)'],
    [['--polic', 'peak_ewma'], '--polic'],
    [['slow-pod'], 'slow-pod'],
  ])('%j is refused', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });
});
