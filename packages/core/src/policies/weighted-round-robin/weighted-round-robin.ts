import type { Load } from '../../load/load.js';
import { bool } from '../../options/value-rules.js';
import { durationMs } from '../../options/number-rules.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { definePolicy } from '../../pick/define-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { pickedReady, waitingPicker, type Picked } from '../../pick/ready-members.js';
import { weightOf } from '../../pick/weight.js';
import { metricNames, notNegative } from './option-rules.js';
import { metricReader } from './metric-reader.js';
import { Sequence } from './sequence.js';
import { StaticStride } from './static-stride.js';
import { WeightedLoad, type WeightRules } from './weighted-load.js';
import { WeightedRoundRobinPicker } from './weighted-round-robin-picker.js';

/** Weights are not computed more often than this, whatever the config says (gRFC A58). */
const LEAST_UPDATE_PERIOD_MS = 100;

class WeightedRoundRobin implements BalancingPolicy {
  readonly name = 'weighted_round_robin';
  readonly #rules: WeightRules;
  readonly #updatePeriodMs: number;
  readonly #loadReports: { readonly intervalMs: number } | undefined;
  #sequence: Sequence | undefined;
  #again: Sequence | undefined;

  constructor(options: Required<WeightedRoundRobinOptions>) {
    const metrics = options.metricNamesForComputingUtilization.map((name) => metricReader(name)!);
    this.#rules = { ...options, metrics };
    this.#updatePeriodMs = Math.max(LEAST_UPDATE_PERIOD_MS, options.weightUpdatePeriodMs);
    this.#loadReports = options.enableOobLoadReport ? { intervalMs: options.oobReportingPeriodMs } : undefined;
  }

  createLoad(previous?: Load): WeightedLoad {
    if (previous === undefined || !isWeighted(previous)) return new WeightedLoad(this.#rules);
    previous.configure(this.#rules);
    return previous;
  }

  succeed(previous: WeightedRoundRobin): void {
    this.#sequence = previous.#sequence;
    this.#again = previous.#again;
  }

  update<M extends MemberView>(members: readonly M[], { now, random }: PolicyContext): PolicyUpdate<M> {
    for (const { connectivity, load } of members) if (isWeighted(load)) load.sees(connectivity);
    const ready = pickedReady(members);
    const reports = this.#loadReports && { loadReports: this.#loadReports };
    if (ready.length === 0) return { picker: waitingPicker, connect: members, ...reports };
    this.#sequence ??= new Sequence(random);
    this.#again ??= this.#sequence.fork();
    const turns = new StaticStride(weightsOf(ready, now), this.#sequence, this.#again);
    const picker = new WeightedRoundRobinPicker(ready, turns);
    return { picker, connect: members, revisitInMs: this.#updatePeriodMs, ...reports };
  }
}

/** What the members report. Less than two of them would compare nothing (gRFC A58); then what is known without reports. */
function weightsOf<M extends MemberView>(ready: readonly Picked<M>[], now: number): readonly number[] {
  const reported = ready.map(({ member: { load } }) => (isWeighted(load) ? load.weight.valueAt(now) : 0));
  const known = reported.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0);
  return known < 2 ? ready.map(({ member }) => weightOf(member)) : reported;
}

function isWeighted(load: Load): load is WeightedLoad {
  return load instanceof WeightedLoad;
}

/** Options of {@link weightedRoundRobin}. */
export interface WeightedRoundRobinOptions {
  /**
   * Pods are asked for reports on a stream of its own for each connection (`xds.service.orca.v3.OpenRcaService`), and
   * those that come with calls are not looked at. For calls that are rare or long. Default false: reports come in the
   * trailer `endpoint-load-metrics-bin` of each call.
   */
  readonly enableOobLoadReport?: boolean;
  /**
   * How often pods are asked to report, in ms, with `enableOobLoadReport`. Default 10 000; at least 0. A server has a
   * minimum of its own, usually 30 000, which 0 asks for.
   */
  readonly oobReportingPeriodMs?: number;
  /**
   * How long a pod must have reported before its weight is used, in ms: from when it is connected, and again after its
   * weight has expired. Default 10 000; at least 0, which means at once.
   */
  readonly blackoutPeriodMs?: number;
  /**
   * How long a weight is used after the last report, in ms. Default 180 000; at least 0. Should be some times the
   * reporting period.
   */
  readonly weightExpirationPeriodMs?: number;
  /** How often the weights are put to use, in ms. Default 1 000; at least 0, and less than 100 counts as 100. */
  readonly weightUpdatePeriodMs?: number;
  /**
   * What a share of errors adds to the utilization of a pod: with 1, a pod that fails all of its calls counts as busy by 1
   * more than it says, so that failing fast earns nothing. Default 1; at least 0, which leaves errors out.
   */
  readonly errorUtilizationPenalty?: number;
  /**
   * Metrics that are the utilization instead of the usual ones; the largest counts (gRFC A114). Names of the report's
   * fields: `application_utilization`, `cpu_utilization`, `mem_utilization`, `named_metrics.<key>`, `utilization.<key>`.
   * Default none; then, and where a report has none of them, what the application says, else the CPU. Another name is
   * refused; in a service config it is passed over, as in gRPC, with a warning.
   */
  readonly metricNamesForComputingUtilization?: readonly string[];
}

/**
 * `weighted_round_robin` (gRFC A58, A114; reports as in A51): all members are kept connected, and each gets calls in
 * proportion to how many it could answer at full load: its calls per second divided by its utilization, both as it
 * reports them. Takes also the name `weighted_round_robin_experimental`.
 *
 * For pods of different size, or with neighbours that take their CPU, whose servers report. A pod that does not, or not
 * yet, or not any more, gets as much as the others on average. While fewer than two report, the weights of the resolver
 * count, and without those it is `round_robin`. (A departure from A58, which ignores the resolver's weights there: they are
 * better knowledge than none.)
 *
 * Weights are kept between a tenth of their mean and ten times that, as in C and Java, so that no report can draw all
 * calls, or none. Weights follow the reports with a delay, some seconds in all: what changes faster is better balanced by
 * `peak_ewma`.
 *
 * `{"weighted_round_robin": {"blackoutPeriod": "10s", "weightUpdatePeriod": "1s"}}`: the fields are those of
 * {@link WeightedRoundRobinOptions}, durations without `Ms` and as text.
 */
export const weightedRoundRobinPolicy = definePolicy({
  names: ['weighted_round_robin', 'weighted_round_robin_experimental'],
  rules: {
    enableOobLoadReport: bool({ default: false }),
    oobReportingPeriodMs: durationMs({ default: 10_000 }),
    blackoutPeriodMs: durationMs({ default: 10_000 }),
    weightExpirationPeriodMs: durationMs({ default: 180_000 }),
    weightUpdatePeriodMs: durationMs({ default: 1_000 }),
    errorUtilizationPenalty: notNegative({ default: 1 }),
    metricNamesForComputingUtilization: metricNames(),
  },
  create: (options) => new WeightedRoundRobin(options),
});

/**
 * {@link weightedRoundRobinPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const weightedRoundRobin = (options?: WeightedRoundRobinOptions): (() => BalancingPolicy) =>
  weightedRoundRobinPolicy.fromOptions(options);
