import type { NamedResult } from './named-result.js';
import { percentilePanel, percentilePanelHeight } from './percentile-panel.js';
import { highestRate, sharePanel } from './share-panel.js';
import { svg, svgText } from './svg.js';

const WIDTH = 900;
const MARGIN = 20;
const COLUMNS = 4;
const GAP = 16;
const PANEL_HEIGHT = 110;
const TITLE_HEIGHT = 34;

/** A chart of one scenario: the latencies of each policy, and how its calls were spread over the pods. */
export function chartOf(title: string, results: readonly NamedResult[]): string {
  const inner = WIDTH - 2 * MARGIN;
  const percentiles = percentilePanelHeight(results.length);
  const sharesTop = TITLE_HEIGHT + percentiles + 30;
  const height = sharesTop + Math.ceil(results.length / COLUMNS) * (PANEL_HEIGHT + GAP) + MARGIN;
  const most = highestRate(results);
  const panelWidth = (inner - (COLUMNS - 1) * GAP) / COLUMNS;
  const shares = results.map((each, index) => {
    const x = MARGIN + (index % COLUMNS) * (panelWidth + GAP);
    const y = sharesTop + Math.floor(index / COLUMNS) * (PANEL_HEIGHT + GAP);
    return placed(x, y, sharePanel(each, panelWidth, PANEL_HEIGHT, most));
  });
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    'font-family': 'system-ui, sans-serif',
    'font-size': 12,
  };
  const drawn = svg('svg', root, [
    svg('rect', { width: WIDTH, height, fill: '#ffffff' }),
    svgText(title, MARGIN, 22, { 'font-size': 15, 'font-weight': 'bold' }),
    placed(MARGIN, TITLE_HEIGHT, percentilePanel(results, inner)),
    svgText(`attempts per second of each pod over time, 0 to ${Math.round(most)}`, MARGIN, sharesTop - 8, {
      fill: '#666666',
    }),
    ...shares,
  ]);
  return `${drawn}\n`;
}

function placed(x: number, y: number, content: string): string {
  return svg('g', { transform: `translate(${x} ${y})` }, [content]);
}
