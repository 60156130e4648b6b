import type { CallOutcome, CallStatus, Completion, Load } from '../../load/load.js';
import { loadReportOf } from '../../orca/load-report-trailer.js';
import type { OrcaLoadReport } from '../../orca/orca-load-report.js';
import type { MemberConnectivity } from '../../pick/picker.js';
import { ReportedWeight, type WeightLife } from './reported-weight.js';
import { weightOfReport, type ReportReading } from './weight-of-report.js';

/** How reports become weights. */
export interface WeightRules extends WeightLife, ReportReading {
  /** Reports come out of band, and those in trailers are not looked at. */
  readonly enableOobLoadReport: boolean;
}

/** The calls in flight of a member, and what it reports of itself. Its weight is no cost of a call: nobody compares these loads. */
export class WeightedLoad implements Load {
  readonly weight: ReportedWeight;
  #rules: WeightRules;
  #connectivity: MemberConnectivity = 'idle';
  #inFlight = 0;

  constructor(rules: WeightRules) {
    this.#rules = rules;
    this.weight = new ReportedWeight(rules);
  }

  /** Other rules hold for the reports that follow. The weight stays until then, or until it expires. */
  configure(rules: WeightRules): void {
    this.#rules = rules;
    this.weight.configure(rules);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  valueAt(): number {
    return this.#inFlight;
  }

  begin(): Completion {
    this.#inFlight += 1;
    return new WeightedCompletion(this);
  }

  /** Out of band. */
  report(report: OrcaLoadReport, now: number): void {
    if (this.#rules.enableOobLoadReport) this.#read(report, now);
  }

  /** Told at each update of the policy. */
  sees(connectivity: MemberConnectivity): void {
    if (connectivity === 'ready' && this.#connectivity !== 'ready') this.weight.becameReady();
    this.#connectivity = connectivity;
  }

  /** For the completions. */
  ended(now: number, outcome: CallOutcome, status: CallStatus | undefined): void {
    this.#inFlight -= 1;
    if (status === undefined || outcome === 'neutral' || this.#rules.enableOobLoadReport) return;
    const report = loadReportOf(status);
    if (report !== undefined) this.#read(report, now);
  }

  #read(report: OrcaLoadReport, now: number): void {
    this.weight.update(weightOfReport(report, this.#rules), now);
  }
}

class WeightedCompletion implements Completion {
  #load: WeightedLoad | undefined;

  constructor(load: WeightedLoad) {
    this.#load = load;
  }

  responded(): void {}

  end(now: number, outcome: CallOutcome, _distorted?: boolean, status?: CallStatus): void {
    const load = this.#load;
    this.#load = undefined;
    load?.ended(now, outcome, status);
  }
}
