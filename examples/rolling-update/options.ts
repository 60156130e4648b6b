import { parseArgs } from 'node:util';
import { SHUTDOWN_MODES, type ShutdownMode } from '@fairlead/testing';
import { CLIENT_NAMES, type ClientName } from './clients.js';
import { file, oneOf, whole } from './option-values.js';

export interface DemoOptions {
  readonly clients: readonly ClientName[];
  readonly mode: ShutdownMode;
  /** Calls per second. */
  readonly rps: number;
  /** Steady load after each change, in seconds. */
  readonly seconds: number;
  readonly seed: number;
  readonly json: string | undefined;
  readonly report: string;
  readonly svg: string | undefined;
}

export const USAGE = `npm run demo -- [options]

  --only NAME     one client: ${CLIENT_NAMES.join(', ')}; may be repeated (default: all)
  --mode MODE     how pods end: ${SHUTDOWN_MODES.join(', ')} (default: graceful)
  --rps N         calls per second, 1 to 2000 (default: 200)
  --seconds N     steady load after each change, 5 to 600 (default: 8)
  --seed N        seed of all delays of the cluster (default: drawn, and printed)
  --json FILE     writes the results as JSON
  --report FILE   writes the report (default: demo-report.html)
  --svg FILE      writes the picture of the README: failures and pods over time
`;

/** @throws Error with a text for the user. */
export function parseOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      mode: { type: 'string', default: 'graceful' },
      rps: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '8' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      json: { type: 'string' },
      report: { type: 'string', default: 'demo-report.html' },
      svg: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    clients: (values.only ?? CLIENT_NAMES).map((name) => oneOf('--only', name, CLIENT_NAMES)),
    mode: oneOf('--mode', values.mode, SHUTDOWN_MODES),
    rps: whole('--rps', values.rps, 1, 2_000),
    seconds: whole('--seconds', values.seconds, 5, 600),
    seed: whole('--seed', values.seed, 0, 2 ** 32 - 1),
    json: file('--json', values.json),
    report: file('--report', values.report),
    svg: file('--svg', values.svg),
  };
}
