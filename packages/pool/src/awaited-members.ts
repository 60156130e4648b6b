import type { Member } from './member/member.js';

/**
 * Members that were connected because a call waits for them (`PickResult.connect`). A policy that lets them go meanwhile
 * contradicts itself, and the call would wait for ever.
 */
export class AwaitedMembers {
  readonly #members = new Set<Member>();
  #withheld = false;

  connect(member: Member): void {
    this.#members.add(member);
    member.connect();
  }

  /** Those of `letGo` that nobody wants: neither the policy itself, nor a call that it lets wait for them. */
  leaving(connect: readonly Member[], letGo: readonly Member[]): readonly Member[] {
    this.#withheld = letGo.some((member) => this.#members.has(member));
    return without(letGo, [...connect, ...this.#members]);
  }

  /**
   * No call waits any more.
   * @returns whether the policy wanted to let go of somebody, and is to be asked again.
   */
  release(): boolean {
    if (this.#members.size === 0) return false;
    this.#members.clear();
    return this.#withheld;
  }
}

/** Those that are not among `others`. */
export function without(members: readonly Member[], others: readonly Member[]): readonly Member[] {
  const gone = new Set(others);
  return members.filter((member) => !gone.has(member));
}
