import type { MemberView } from '../picker.js';
import type { MemberStandIn } from './member-stand-in.js';

/** The stand-ins of a policy's members, by the endpoint's id: made when a member comes, forgotten when it has left. */
export class StandIns<M extends MemberView, S extends MemberStandIn<M>> {
  #byId = new Map<string, S>();
  readonly #create: (member: M) => S;
  #inherited = false;

  constructor(create: (member: M) => S) {
    this.#create = create;
  }

  /** Goes on with those of the policy before, which does not use them any more. */
  succeed(previous: StandIns<M, S>): void {
    this.#byId = previous.#byId;
    this.#inherited = true;
  }

  /** Those of `members`, in their order. */
  of(members: readonly M[]): readonly S[] {
    const previous = this.#byId;
    const current = new Map<string, S>();
    const standIns = members.map((member) => {
      const { id } = member.endpoint;
      const known = previous.get(id);
      // An id that left and came back between two updates is another member.
      const standIn = known?.member === member ? this.#follow(known) : this.#create(member);
      current.set(id, standIn);
      return standIn;
    });
    this.#byId = current;
    this.#inherited = false;
    return standIns;
  }

  /** The child may know of the member by another load than the child before. */
  #follow(standIn: S): S {
    if (this.#inherited) standIn.load = this.#create(standIn.member).load;
    return standIn;
  }
}
