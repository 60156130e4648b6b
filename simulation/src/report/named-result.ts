import type { RunResult } from './run-result.js';

/** What came out for one policy. */
export interface NamedResult {
  readonly name: string;
  readonly result: RunResult;
}
