import { percent } from './result-table.js';
import type { SetUpResult } from './run-set-up.js';

/** All reads of a set-up. */
const BAR_WIDTH = 50;

/** Each pod's share of the reads as a bar of text, set-up by set-up. */
export function shareBars(results: readonly SetUpResult[]): string {
  return results.map((result) => `${result.title}\n${bars(result)}\n`).join('\n');
}

function bars({ shares }: SetUpResult): string {
  const width = Math.max(...shares.map(({ pod }) => pod.length));
  return shares
    .map(({ pod, share, reads }) => {
      // What is not nothing is to be seen.
      const cells = reads === 0 ? 0 : Math.max(1, Math.round(share * BAR_WIDTH));
      const bar = '█'.repeat(cells).padEnd(BAR_WIDTH, '·');
      return `  ${pod.padEnd(width)} ${bar} ${percent(share).padStart(5)}`;
    })
    .join('\n');
}
