import type { Load } from '../../load/load.js';
import { ObservedLoad } from '../../load/observed-load.js';
import type {
  BalancingPolicy,
  Ejection,
  PolicyContext,
  PolicyUpdate,
  SparedOutlier,
} from '../../pick/balancing-policy.js';
import { definePolicy } from '../../pick/define-policy.js';
import { liftUpdate } from '../../pick/nesting/lift-update.js';
import { StandIns } from '../../pick/nesting/stand-ins.js';
import type { MemberView } from '../../pick/picker.js';
import { hideEjected } from '../ejection/hide-ejected.js';
import { withEjections } from '../ejection/with-ejections.js';
import { CallRecord } from './call-record.js';
import { ejectionTimes, sweep } from './ejection-sweep.js';
import {
  OUTLIER_DETECTION_RULES,
  type OutlierDetectionOptions,
  type OutlierDetectionSettings,
} from './outlier-detection-options.js';
import { WatchedMember } from './watched-member.js';

/** An interval of 0 is allowed by gRFC A50, and would leave no time for anything else. */
const LEAST_INTERVAL_MS = 1;

const NONE: readonly SparedOutlier[] = [];

class OutlierDetection implements BalancingPolicy {
  readonly name = 'outlier_detection';
  readonly ejectable: boolean;
  readonly #settings: OutlierDetectionSettings;
  readonly #child: BalancingPolicy;
  readonly #watches: boolean;
  readonly #members = new StandIns<MemberView, WatchedMember>((member) => new WatchedMember(member));
  /** When the interval under way is over. */
  #dueAt: number | undefined;

  constructor(settings: OutlierDetectionSettings) {
    this.#settings = { ...settings, intervalMs: Math.max(LEAST_INTERVAL_MS, settings.intervalMs) };
    this.#child = settings.childPolicy();
    this.ejectable = this.#child.ejectable !== false;
    const { failurePercentageEjection, successRateEjection } = settings;
    const asked = failurePercentageEjection !== undefined || successRateEjection !== undefined;
    this.#watches = asked && this.ejectable;
  }

  createLoad(): Load {
    const load = this.#child.createLoad();
    return this.#watches ? new ObservedLoad(new CallRecord(this.#settings.failureCodes), load) : load;
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    if (!this.#watches) return this.#child.update(members, context);
    const watched = this.#members.of(members);
    for (const member of watched) member.review();
    const spared = this.#endInterval(watched, context);
    const panic = hideEjected(watched, this.#settings.panicThreshold);
    const update = liftUpdate(this.#child.update(watched, context));
    const ejected = this.#ejections(watched);
    const revisitInMs = this.#dueAt! - context.now;
    // What was lifted names members of the list that was given.
    return withEjections(update, { ejected, spared, panic, revisitInMs }) as PolicyUpdate<M>;
  }

  #endInterval(watched: readonly WatchedMember[], { now, random }: PolicyContext): readonly SparedOutlier[] {
    const { intervalMs } = this.#settings;
    const dueAt = this.#dueAt ?? now + intervalMs;
    const isDue = now >= dueAt;
    // Of a clock that went back, nobody waits longer than an interval.
    this.#dueAt = isDue ? now + intervalMs : Math.min(dueAt, now + intervalMs);
    return isDue ? sweep(watched, this.#settings, random, now) : NONE;
  }

  #ejections(watched: readonly WatchedMember[]): readonly Ejection[] {
    const times = ejectionTimes(this.#settings);
    return watched.flatMap((one) => {
      const { cause, member } = one;
      return cause === undefined ? [] : [{ member, cause, untilMs: this.#firstEndAfter(one.endsAfter(times)) }];
    });
  }

  /** Ejections end with an interval: with the first one that is over later than `time`. */
  #firstEndAfter(time: number): number {
    const { intervalMs } = this.#settings;
    const dueAt = this.#dueAt!;
    return dueAt > time ? dueAt : dueAt + (Math.floor((time - dueAt) / intervalMs) + 1) * intervalMs;
  }
}

/**
 * `outlier_detection` (gRFC A50): ejects members that answer worse than the others, for a time that grows with each
 * ejection, and lets `childPolicy` choose among the rest. It looks at the calls of the last `interval` and needs many of
 * them; for a few calls a second, or an answer within one, use `failure_accrual`.
 *
 * - `successRateEjection` compares members with each other, `failurePercentageEjection` with a fixed share; with neither,
 *   it does nothing.
 * - An ejected member keeps its connection and is shown to the child as failed. It returns without being probed.
 * - When everybody would be ejected, nobody is: calls go to all of them.
 * - An endpoint whose addresses change begins anew, and so do all when the channel's policy is replaced: also the interval.
 *
 * `{"outlier_detection": {"interval": "10s", "failurePercentageEjection": {}, "childPolicy": [{"peak_ewma": {}}]}}`
 */
export const outlierDetectionPolicy = definePolicy({
  names: ['outlier_detection', 'outlier_detection_experimental'],
  rules: OUTLIER_DETECTION_RULES,
  create: (settings) => new OutlierDetection(settings),
});

/**
 * {@link outlierDetectionPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const outlierDetection = (options?: OutlierDetectionOptions): (() => BalancingPolicy) =>
  outlierDetectionPolicy.fromOptions(options);
