import { parseArgs } from 'node:util';
import { file, oneOf, whole } from '../../rolling-update/option-values.js';
import { SET_UPS, type SetUp } from './set-ups.js';

export interface BlogOptions {
  readonly setUps: readonly SetUp[];
  /** How long users read in each set-up. */
  readonly seconds: number;
  readonly seed: number;
  readonly svg: string;
  readonly json: string | undefined;
}

const NAMES = SET_UPS.map(({ name }) => name);

export const USAGE = `npm run blog -- [options]

  --only NAME    one set-up: ${NAMES.join(', ')}; may be repeated (default: all)
  --seconds N    how long users read in each, 1 to 600 (default: 5)
  --seed N       seed of all choices and delays of the cluster (default: 1)
  --svg FILE     writes the picture (default: blog-shares.svg)
  --json FILE    writes the results as JSON
`;

/** @throws Error with a text for the user. */
export function parseOptions(args: readonly string[]): BlogOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      svg: { type: 'string', default: 'blog-shares.svg' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const chosen = new Set((values.only ?? NAMES).map((name) => oneOf('--only', name, NAMES)));
  return {
    setUps: SET_UPS.filter(({ name }) => chosen.has(name)),
    seconds: whole('--seconds', values.seconds, 1, 600),
    seed: whole('--seed', values.seed, 0, 2 ** 32 - 1),
    svg: file('--svg', values.svg),
    json: file('--json', values.json),
  };
}
