import { decodeOrcaLoadReport, type OrcaLoadReport } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import type { ScheduledEvent } from '../engine/scheduled-event.js';
import { encodeOrcaReport } from '../models/orca-report.js';
import type { Pod } from '../models/pod.js';

/** The pods' own minimum, in ms, which an interval of 0 asks for. Those of gRPC have 30 s: too long for a scenario. */
const LEAST_INTERVAL_MS = 100;

/** What brings a report to the client, unless it is lost on the way. */
export interface ReportCarrier {
  tellPod(arrive: () => void): void;
  tellClient(arrive: () => void): void;
}

/**
 * A pod says over one connection how busy it is: at once, and then at every interval (`OpenRcaService`, gRFC A51). It is no
 * call, nothing waits for it, and it keeps no connection open.
 */
export class LoadReportStream {
  readonly intervalMs: number;
  readonly #engine: Engine;
  readonly #pod: Pod;
  readonly #carrier: ReportCarrier;
  readonly #onReport: (report: OrcaLoadReport) => void;
  #next: ScheduledEvent | undefined;
  #ended = false;

  constructor(
    engine: Engine,
    pod: Pod,
    carrier: ReportCarrier,
    intervalMs: number,
    onReport: (report: OrcaLoadReport) => void,
  ) {
    this.#engine = engine;
    this.#pod = pod;
    this.#carrier = carrier;
    this.intervalMs = intervalMs;
    this.#onReport = onReport;
    carrier.tellPod(() => this.#report());
  }

  /** Nothing is heard of it any more. */
  end(): void {
    this.#ended = true;
    this.#next?.cancel();
  }

  #report(): void {
    if (this.#ended) return;
    const message = encodeOrcaReport(this.#pod.server.loadReport());
    this.#carrier.tellClient(() => {
      const report = decodeOrcaLoadReport(message);
      if (!this.#ended && report !== undefined) this.#onReport(report);
    });
    const intervalMs = Math.max(LEAST_INTERVAL_MS, this.intervalMs);
    this.#next = this.#engine.after(intervalMs, () => this.#report());
  }
}
