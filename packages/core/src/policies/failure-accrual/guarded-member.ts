import type { Endpoint } from '../../endpoint/endpoint.js';
import type { MemberView } from '../../pick/picker.js';
import { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import type { Ejectable } from '../ejection/hide-ejected.js';
import { hasSameAddresses } from '../ejection/same-addresses.js';
import type { GuardedLoad } from './guarded-load.js';
import type { MemberBreaker } from './member-breaker.js';

/** A member with its breaker, as the child sees it. */
export class GuardedMember extends MemberStandIn<MemberView> implements Ejectable {
  readonly breaker: MemberBreaker;
  #judged: Endpoint;

  /** @param member with a load that the policy has made. */
  constructor(member: MemberView) {
    const { breaker, child } = member.load as GuardedLoad;
    super(member, child);
    this.breaker = breaker;
    this.#judged = member.endpoint;
  }

  get isEjected(): boolean {
    return this.breaker.cause !== undefined;
  }

  /** What was known of an endpoint says nothing of one with other addresses, and a lost connection nothing of a probe. */
  review(now: number): void {
    const { connectivity, endpoint } = this.member;
    const previous = this.#judged;
    this.#judged = endpoint;
    this.breaker.review(now);
    if (endpoint !== previous && !hasSameAddresses(endpoint, previous)) this.breaker.readmit();
    if (connectivity !== 'ready') this.breaker.abandonProbe(now);
  }
}
