import { expect } from '@jest/globals';
import { executedTwice, executions } from './cluster-under-test.js';
import type { KubernetesLoad } from './kubernetes-load.js';

/** Pods that start may take the processors away for a while; a load that pauses for longer shows nothing. */
const LONGEST_PAUSE_MS = 3_000;

/** No call failed, none was executed twice, and both could have been seen: the load never paused, the ledgers are whole. */
export function expectAllWell(run: KubernetesLoad, prefix: string): void {
  expect(run.failures).toEqual({});
  expect(executedTwice(prefix)).toEqual([]);
  // Whoever reads no ledger finds nothing twice.
  if (process.env['E2E_LEDGER'] !== undefined) expect(executions(prefix).size).toBe(run.calls.length);
  expect(run.sentRatio).toBeGreaterThan(0.98);
  expect(run.longestPauseMs).toBeLessThan(LONGEST_PAUSE_MS);
}
