import { COLORS, toSvg } from '../../rolling-update/report/charts.js';
import type { SetUpResult } from './run-set-up.js';

/** Each pod's share of the reads, one panel for each set-up, with a line at the fair share. White behind it, for dark pages. */
export function sharePicture(results: readonly SetUpResult[]): Promise<string> {
  return toSvg({ hconcat: results.map(panel), spacing: 24, background: 'white', padding: 16 });
}

function panel({ title, shares }: SetUpResult): Record<string, unknown> {
  const values = shares.map(({ share }, index) => ({ pod: String(index + 1), share }));
  const y = { field: 'share', type: 'quantitative', title: null, scale: { domain: [0, 1] }, axis: { format: '%' } };
  return {
    title,
    width: 150,
    height: 120,
    layer: [
      {
        data: { values },
        mark: { type: 'bar', color: COLORS.v2 },
        encoding: { x: { field: 'pod', type: 'nominal', title: 'pod', axis: { labelAngle: 0 } }, y },
      },
      {
        data: { values: [{ share: 1 / shares.length }] },
        mark: { type: 'rule', color: '#8d99ae', strokeDash: [3, 3] },
        encoding: { y },
      },
    ],
  };
}
