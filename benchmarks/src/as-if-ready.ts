import { peakEwma, type BalancingPolicy, type MemberView, type PolicyContext, type PolicyUpdate } from '@fairlead/core';

/**
 * Balances as if all were ready, and connects nobody: what an update costs a pool and its policy, without the connections.
 */
export class AsIfReady implements BalancingPolicy {
  readonly name = 'as_if_ready';
  readonly #inner = peakEwma()();
  readonly #updated: () => void;
  createLoad = this.#inner.createLoad.bind(this.#inner);

  /** @param updated is called when there is a new picker. */
  constructor(updated: () => void = () => undefined) {
    this.#updated = updated;
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    const ready = members.map(({ endpoint, load }): MemberView => ({ endpoint, load, connectivity: 'ready' }));
    this.#inner.update(ready, context);
    this.#updated();
    return { picker: { pick: () => ({ kind: 'wait' }) }, connect: [] };
  }
}
