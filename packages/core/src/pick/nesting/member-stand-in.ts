import type { Endpoint } from '../../endpoint/endpoint.js';
import type { Load } from '../../load/load.js';
import type { MemberConnectivity, MemberView } from '../picker.js';
import type { Picked } from '../ready-members.js';

/**
 * A member as a policy shows it to its child: with the child's own load, hidden when it must not be picked, and perhaps
 * with another weight. One for each member and parent, kept as long as the member is in the roster.
 */
export class MemberStandIn<M extends MemberView> implements MemberView {
  readonly member: M;
  /** Another one when the child is replaced by one of another kind. */
  load: Load;
  /** What a picker answers for it, made once. */
  readonly picked: Picked<M>;
  /** Shown as failed (gRFC A50), so that a child that walks over members in order goes on to the next. */
  hidden = false;
  #weight: number | undefined;

  /** @param load what the child knows of the member: the member's own, or the part of it that the child made. */
  constructor(member: M, load: Load) {
    this.member = member;
    this.load = load;
    this.picked = Object.freeze({ kind: 'picked', member });
  }

  get endpoint(): Endpoint {
    return this.member.endpoint;
  }

  get connectivity(): MemberConnectivity {
    return this.hidden ? 'transient-failure' : this.member.connectivity;
  }

  /** Default: what the member itself has. */
  get weight(): number {
    return this.#weight ?? this.member.weight ?? this.endpoint.attributes.weight ?? 1;
  }

  set weight(weight: number) {
    this.#weight = weight;
  }
}
