import { encodeOrcaReport, type OrcaReport } from './orca-report.js';

/** The trailers of an answer, as loads and policies read them. */
export interface Trailers {
  get(key: string): readonly (string | Uint8Array)[];
}

const NOTHING: readonly string[] = [];

/** A status that no server sent has none. */
export const NO_TRAILERS: Trailers = { get: () => NOTHING };

/** What a server sends at the end of a call. The report is written when somebody reads it: most policies do not. */
export class ServerTrailers implements Trailers {
  readonly #report: OrcaReport;
  readonly #pushbackMs: number | undefined;

  constructor(report: OrcaReport, pushbackMs: number | undefined) {
    this.#report = report;
    this.#pushbackMs = pushbackMs;
  }

  get(key: string): readonly (string | Uint8Array)[] {
    if (key === 'endpoint-load-metrics-bin') return [encodeOrcaReport(this.#report)];
    if (key === 'grpc-retry-pushback-ms' && this.#pushbackMs !== undefined) return [String(this.#pushbackMs)];
    return NOTHING;
  }
}
