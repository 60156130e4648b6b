import type { PolicyUpdate } from '../balancing-policy.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../picker.js';
import type { MemberStandIn } from './member-stand-in.js';

/** What a child policy wants, said of the members themselves. */
export function liftUpdate<M extends MemberView>(update: PolicyUpdate<MemberStandIn<M>>): PolicyUpdate<M> {
  const { connect, ejected, letGo, loadReports, picker, revisitInMs, spared, state } = update;
  return {
    picker: new StandInPicker(picker),
    connect: connect.map(memberOf),
    revisitInMs,
    ...(letGo && { letGo: letGo.map(memberOf) }),
    ...(ejected && { ejected: ejected.map((ejection) => ({ ...ejection, member: ejection.member.member })) }),
    ...(spared && { spared: spared.map((outlier) => ({ ...outlier, member: outlier.member.member })) }),
    ...(loadReports && { loadReports }),
    ...(state && { state }),
  };
}

function memberOf<M extends MemberView>(standIn: MemberStandIn<M>): M {
  return standIn.member;
}

/** A child's picker that answers the members behind the stand-ins. A pick makes no object. */
export class StandInPicker<M extends MemberView> implements Picker<M> {
  readonly #child: Picker<MemberStandIn<M>>;

  constructor(child: Picker<MemberStandIn<M>>) {
    this.#child = child;
  }

  pick(request: PickRequest, now: number): PickResult<M> {
    const result = this.#child.pick(request, now);
    if (result.kind === 'fail') return result;
    const connect = result.connect?.member;
    if (result.kind === 'picked') {
      return connect === undefined ? result.member.picked : { ...result.member.picked, connect };
    }
    return connect === undefined ? (result as PickResult<never>) : { kind: 'wait', connect };
  }
}
