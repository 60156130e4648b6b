import type { Load } from '../../load/load.js';
import type { BalancingPolicy, Ejection, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { definePolicy } from '../../pick/define-policy.js';
import { liftUpdate } from '../../pick/nesting/lift-update.js';
import { StandIns } from '../../pick/nesting/stand-ins.js';
import type { MemberView, Picker } from '../../pick/picker.js';
import { exponentialBackoff } from '../../retry/backoff.js';
import { hideEjected } from '../ejection/hide-ejected.js';
import { withEjections } from '../ejection/with-ejections.js';
import {
  checkBackoff,
  FAILURE_ACCRUAL_RULES,
  type FailureAccrualOptions,
  type FailureAccrualSettings,
} from './failure-accrual-options.js';
import { GuardedLoad } from './guarded-load.js';
import { GuardedMember } from './guarded-member.js';
import { MemberBreaker, type BreakerContext } from './member-breaker.js';
import { ProbingPicker } from './probing-picker.js';

class FailureAccrual implements BalancingPolicy {
  readonly name = 'failure_accrual';
  readonly ejectable: boolean;
  readonly #panicThreshold: number;
  readonly #child: BalancingPolicy;
  readonly #breakers: BreakerContext;
  readonly #members = new StandIns<MemberView, GuardedMember>((member) => new GuardedMember(member));
  /** Of the last update: calls begin after the first one. */
  #context: PolicyContext | undefined;

  constructor(settings: FailureAccrualSettings) {
    const { backoffMultiplier: multiplier, childPolicy, initialBackoffMs: initialMs } = settings;
    const { maxBackoffMs: maxMs, panicThreshold, ...limits } = settings;
    this.#panicThreshold = panicThreshold;
    this.#child = childPolicy();
    this.ejectable = this.#child.ejectable !== false;
    this.#breakers = {
      ...limits,
      maxBackoffMs: maxMs,
      backoff: exponentialBackoff({ initialMs, maxMs, multiplier }),
      random: { next: () => this.#context!.random.next() },
      onChange: () => this.#context?.reconsider(),
    };
  }

  createLoad(): Load {
    return new GuardedLoad(new MemberBreaker(this.#breakers), this.#child.createLoad());
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    this.#context = context;
    const guarded = this.#members.of(members);
    for (const member of guarded) member.review(context.now);
    const panic = hideEjected(guarded, this.#panicThreshold);
    const update = liftUpdate(this.#child.update(guarded, context));
    const ejected = guarded.filter(({ isEjected }) => isEjected);
    // What was lifted names members of the list that was given.
    if (ejected.length === 0) return update as PolicyUpdate<M>;
    const picker = withProbes(ejected, update.picker);
    return withEjections({ ...update, picker }, { ejected: ejected.map(ejectionOf), panic }) as PolicyUpdate<M>;
  }
}

function withProbes(ejected: readonly GuardedMember[], child: Picker): Picker {
  const ready = ejected.filter(({ member }) => member.connectivity === 'ready');
  return ready.length === 0 ? child : new ProbingPicker(ready, child);
}

function ejectionOf({ breaker, member }: GuardedMember): Ejection {
  return { member, cause: breaker.cause!, untilMs: breaker.untilMs };
}

/**
 * `failure_accrual`: a circuit breaker for each member, as Linkerd has it. Seven failures in a row, or less than 80 % of
 * successes within 10 s, eject a member at once; after a pause, which grows, one call probes it, and its success admits it
 * again. `childPolicy` chooses among the rest. It has no timer and needs no volume: one client with a few calls a second is
 * enough. `outlier_detection` compares members with each other instead, and never probes.
 *
 * - Failures are what a server in trouble answers with (`callOutcome`). RESOURCE_EXHAUSTED counts for the success rate and
 *   fails a probe, but is none of the failures in a row.
 * - The probe is the first attempt of an ordinary call, whatever its method: it may fail, and a retry policy covers that.
 *   When it is cancelled, or fails in this process, the next call is the probe.
 * - While fewer than `panicThreshold` percent of the members are left (ready and not ejected), all get calls.
 * - An ejected member keeps its connection and is shown to the child as failed.
 *
 * `{"failure_accrual": {"consecutiveFailures": 7, "initialBackoff": "1s", "childPolicy": [{"peak_ewma": {}}]}}`
 */
export const failureAccrualPolicy = definePolicy({
  names: ['failure_accrual'],
  rules: FAILURE_ACCRUAL_RULES,
  check: checkBackoff,
  create: (settings) => new FailureAccrual(settings),
});

/**
 * {@link failureAccrualPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const failureAccrual = (options?: FailureAccrualOptions): (() => BalancingPolicy) =>
  failureAccrualPolicy.fromOptions(options);
