import type { Endpoint } from '../../endpoint/endpoint.js';
import type { ObservedLoad } from '../../load/observed-load.js';
import type { EjectionCause } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import { hasSameAddresses } from '../ejection/same-addresses.js';
import type { Ejectable } from '../ejection/hide-ejected.js';
import type { CallRecord } from './call-record.js';

interface MemberEjection {
  readonly cause: EjectionCause;
  since: number;
}

/** How long ejections last, in ms. */
export interface EjectionTimes {
  readonly baseMs: number;
  /** Not below `baseMs`. */
  readonly maxMs: number;
}

/** What outlier detection knows of one member (gRFC A50: the map entry of an address). */
export class WatchedMember extends MemberStandIn<MemberView> implements Ejectable {
  readonly record: CallRecord;
  #ejection: MemberEjection | undefined;
  /** How many times the base time the next ejection lasts; less one for each interval without one. */
  #multiplier = 0;
  #judged: Endpoint;

  /** @param member with a load that the policy has made. */
  constructor(member: MemberView) {
    const { child, observer } = member.load as ObservedLoad<CallRecord>;
    super(member, child);
    this.record = observer;
    this.#judged = member.endpoint;
  }

  get isEjected(): boolean {
    return this.#ejection !== undefined;
  }

  get cause(): EjectionCause | undefined {
    return this.#ejection?.cause;
  }

  /** What was known of an endpoint says nothing of one with other addresses (gRFC A61). Their order does not matter. */
  review(): void {
    const { endpoint } = this.member;
    const previous = this.#judged;
    this.#judged = endpoint;
    if (endpoint === previous || hasSameAddresses(endpoint, previous)) return;
    this.#ejection = undefined;
    this.#multiplier = 0;
    this.record.reset();
  }

  /** One that is ejected already keeps the cause that was told. */
  eject(now: number, cause: EjectionCause): void {
    this.#ejection = { cause: this.cause ?? cause, since: now };
    this.#multiplier += 1;
  }

  /** The last step of an interval's end: forgives one interval without ejection, or ends an ejection that was long enough. */
  forgive(now: number, times: EjectionTimes): void {
    const ejection = this.#ejection;
    if (ejection === undefined) this.#multiplier = Math.max(0, this.#multiplier - 1);
    // A clock that went back must not make it longer.
    else if (now < ejection.since) ejection.since = now;
    else if (now > this.endsAfter(times)) this.#ejection = undefined;
  }

  /** The ejection ends with the first interval that is over after this time. */
  endsAfter({ baseMs, maxMs }: EjectionTimes): number {
    return (this.#ejection?.since ?? 0) + Math.min(baseMs * this.#multiplier, maxMs);
  }
}
