import { describe, expect, test } from '@jest/globals';
import { runSim } from './run-sim.js';

/** What the command line wrote where. */
function run(...args: string[]): { code: number; out: string; error: string; files: ReadonlyMap<string, string> } {
  const written = { out: '', error: '' };
  const files = new Map<string, string>();
  const code = runSim(args, {
    out: (text) => void (written.out += text),
    error: (text) => void (written.error += text),
    writeFile: (path, text) => void files.set(path, text),
    readFile: (path) => files.get(path),
  });
  return { code, ...written, files };
}

const slowPod = ['--policy', 'peak_ewma', '--scenario', 'slow-pod', '--scale', 'quick'];

describe('npm run sim', () => {
  test('prints a table, the same bytes for the same seed', () => {
    const { code, out } = run(...slowPod, '--seed', '7');
    expect(code).toBe(0);
    expect(out).toMatch(/^slow-pod, seed 7, quick: .*\n\npolicy +calls .*\n-+.*\npeak_ewma +\d+ .*\n$/);
    expect(run(...slowPod, '--seed', '7').out).toBe(out);
    expect(run(...slowPod, '--seed', '8').out).not.toBe(out.replaceAll('seed 7', 'seed 8'));
  });

  test('writes a chart and a trace', () => {
    const { files } = run(...slowPod, '--svg', 'chart.svg', '--trace', 'trace.txt');
    expect(files.get('chart.svg')).toMatch(/^<svg .*<\/svg>\n$/);
    expect(files.get('trace.txt')).toContain(' ends with OK\n');
  });

  test('lists all names', () => {
    const { code, out } = run('--list');
    expect(code).toBe(0);
    for (const name of ['peak_ewma', 'round_robin', 'slow-pod', 'many-clients']) expect(out).toContain(`  ${name}`);
  });

  test('refuses what it would ignore', () => {
    const { code, out, error } = run('--list', '--policy', 'peak_ewma', '--seed', '7');
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(/^--policy \(expected: not together with --list\)\n\nusage: npm run sim/);
  });

  test('says what is wrong with its arguments, and how to call it', () => {
    const { code, out, error } = run('--policy', 'fastest');
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(/^--policy: fastest \(expected: one of .*\n\nusage: npm run sim/);
  });
});
