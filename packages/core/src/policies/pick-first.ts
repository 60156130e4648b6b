import { OutstandingLoad } from '../load/outstanding.js';
import { bool } from '../options/value-rules.js';
import type { Random } from '../random/random.js';
import { shuffle } from '../random/shuffle.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../pick/balancing-policy.js';
import { definePolicy } from '../pick/define-policy.js';
import { ConnectionPass } from './connection-pass.js';
import type { MemberView } from '../pick/picker.js';
import { waitingPicker } from '../pick/ready-members.js';

/**
 * All calls to one member: the first in order that can be connected, as long as its connection lasts (gRFC A62).
 *
 * The addresses inside an endpoint are the member's business; this policy orders endpoints.
 */
class PickFirst implements BalancingPolicy {
  readonly name = 'pick_first';
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
      return { picker: { pick: () => picked }, connect: [selected] };
    }
    const connect = this.#pass.advance(ordered, context.now);
    return { picker: waitingPicker, connect, revisitInMs: this.#pass.nextInMs(ordered, context.now) };
  }

  /** A new list is a new pass, and is shuffled anew; a change of connectivity alone is neither. */
  #takeOrder(members: readonly MemberView[], random: Random): void {
    const given = members.map((member) => member.endpoint.id);
    if (given.length === this.#given.length && given.every((id, index) => id === this.#given[index])) return;
    this.#given = given;
    this.#order = this.#shuffles ? shuffle(given, random) : given;
    this.#pass = new ConnectionPass();
  }

  #arrange<M extends MemberView>(members: readonly M[]): readonly M[] {
    if (this.#order === this.#given) return members;
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

/** Options of {@link pickFirst}. */
export interface PickFirstOptions {
  /** Every client starts with another endpoint. Default false: the first one of the resolver. */
  readonly shuffleAddressList?: boolean;
}

/**
 * `pick_first`: `{"pick_first": {"shuffleAddressList": true}}` makes every client start with another endpoint (gRFC
 * A62); default false. Balances nothing: use it for a target that is one server or a proxy.
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
