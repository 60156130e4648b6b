import { Slots, type SlotLimits } from './slots.js';

/** The places of one method, or of a group of methods, and their name for messages. */
export class Bulkhead extends Slots {
  /** For people. */
  readonly name: string;

  /** @param name a path, or `group "…"`. */
  constructor(name: string, limits: SlotLimits) {
    super(limits);
    this.name = name;
  }

  /** For messages: whose it is, and its figures now. */
  describe(): string {
    const { maxConcurrent, maxQueue } = this.limits;
    return `${this.name} (${this.running} of ${maxConcurrent} calls under way, ${this.waiting} of ${maxQueue} waiting)`;
  }
}
