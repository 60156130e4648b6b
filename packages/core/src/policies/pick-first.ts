import type { Address } from '../endpoint/address.js';
import { interleaveFamilies } from '../endpoint/interleave-families.js';
import { OutstandingLoad } from '../load/outstanding.js';
import { bool } from '../options/value-rules.js';
import type { Random } from '../random/random.js';
import { weightedShuffle } from '../random/shuffle.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import { ConnectionPass } from './connection-pass.js';
import type { MemberView } from '../pick/picker.js';
import { waitingPicker } from '../pick/ready-members.js';
import { weightOf } from '../pick/weight.js';

/**
 * All calls to one member: the first in order that can be connected, as long as its connection lasts (gRFC A62).
 *
 * The addresses inside an endpoint are the member's business; this policy orders endpoints.
 */
class PickFirst implements BalancingPolicy {
  readonly name = 'pick_first';
  readonly ejectable = false;
  readonly #shuffles: boolean;
  #given: readonly string[] = [];
  #order: readonly string[] = [];
  #selected: string | undefined;
  #pass = new ConnectionPass();

  constructor(shuffles: boolean) {
    this.#shuffles = shuffles;
  }

  createLoad(): OutstandingLoad {
    return new OutstandingLoad();
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    this.#takeOrder(members, context.random);
    const ordered = this.#arrange(members);
    const selected = this.#select(ordered);
    if (selected !== undefined) {
      const picked = Object.freeze({ kind: 'picked', member: selected } as const);
      const letGo = members.filter((member) => member !== selected);
      return { picker: { pick: () => picked }, connect: [selected], letGo };
    }
    const connect = this.#pass.advance(ordered, context.now);
    return { picker: waitingPicker, connect, revisitInMs: this.#pass.nextInMs(ordered, context.now) };
  }

  /** A new list is a new pass, and is shuffled anew; a change of connectivity alone is neither. */
  #takeOrder(members: readonly MemberView[], random: Random): void {
    const given = members.map((member) => member.endpoint.id);
    if (given.length === this.#given.length && given.every((id, index) => id === this.#given[index])) return;
    this.#given = given;
    const ordered = this.#shuffles ? weightedShuffle(members, weightOf, random) : members;
    this.#order = interleaveFamilies(ordered, preferredAddress).map((member) => member.endpoint.id);
    this.#pass = new ConnectionPass();
  }

  #arrange<M extends MemberView>(members: readonly M[]): readonly M[] {
    const byId = new Map(members.map((member) => [member.endpoint.id, member]));
    return this.#order.map((id) => byId.get(id)!);
  }

  /** Keeps the selected member while it is ready and listed, wherever it stands in a new list. */
  #select<M extends MemberView>(ordered: readonly M[]): M | undefined {
    const ready = ordered.filter((member) => member.connectivity === 'ready');
    const selected = ready.find((member) => member.endpoint.id === this.#selected) ?? ready[0];
    if (this.#selected !== undefined && selected === undefined) this.#pass = new ConnectionPass();
    this.#selected = selected?.endpoint.id;
    return selected;
  }
}

/** An endpoint of both families is of that which it prefers. */
const preferredAddress = ({ endpoint }: MemberView): Address => endpoint.addresses[0];

/** Options of {@link pickFirst}. */
export interface PickFirstOptions {
  /**
   * Every client tries the endpoints in an order of its own, in which the first one is drawn by the weights of the endpoints,
   * and so on (gRFC A113). Default false: the order of the resolver.
   */
  readonly shuffleAddressList?: boolean;
}

/**
 * `pick_first`: `{"pick_first": {"shuffleAddressList": true}}` makes every client start with another endpoint (gRFC
 * A62, A113); default false. Balances nothing: use it for a target that is one server or a proxy.
 *
 * - Endpoints are tried in order, those of IPv6 and of IPv4 in turns (RFC 8305 §4); one that takes longer than 250 ms gets
 *   company (gRFC A61).
 * - The first that is ready is selected. The others are let go: calls that a policy before this one has given them end
 *   there, then they are closed.
 * - A new list keeps the selected one, if it names it.
 * - When the selected one loses its connection, all are tried again from the first, at once. (gRPC is idle until the
 *   next call.) The one that was lost connects at once, too, as any member of a pool does, so that it is often the next again.
 */
export const pickFirstPolicy = definePolicy({
  names: ['pick_first'],
  rules: { shuffleAddressList: bool({ default: false }) },
  create: ({ shuffleAddressList }) => new PickFirst(shuffleAddressList),
});

/**
 * {@link pickFirstPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const pickFirst = (options?: PickFirstOptions): (() => BalancingPolicy) => pickFirstPolicy.fromOptions(options);
