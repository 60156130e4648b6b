import { Users } from './users.js';
import { Slots, type SlotLimits } from './slots.js';

/** What messages say of a bulkhead. */
export interface BulkheadWords {
  /** A call is refused … */
  readonly refused: string;
  /** … for this reason, in the trail. */
  readonly reason: string;
  /** When a wait ended. */
  readonly waiting: string;
  /** Where a call waited that has its slot. */
  readonly place: string;
}

const WORDS: BulkheadWords = {
  refused: 'The bulkhead is full',
  reason: 'the bulkhead was full',
  waiting: 'while waiting in the bulkhead',
  place: 'in the bulkhead',
};

/** The places of one method, or of a group of methods, and their name for messages. */
export class Bulkhead extends Slots {
  /** For people. */
  readonly name: string;
  readonly users = new Users();

  /** @param name a path, or `group "…"`. */
  constructor(name: string, limits: SlotLimits) {
    super(limits);
    this.name = name;
  }

  /** Some method has it, or calls that began before are still in it. */
  get present(): boolean {
    return !this.users.gone || this.running > 0 || this.waiting > 0;
  }

  get words(): BulkheadWords {
    return WORDS;
  }

  /** For messages: whose it is, and its figures now. */
  describe(): string {
    const { maxConcurrent, maxQueue } = this.limits;
    return `${this.name} (${this.running} of ${maxConcurrent} calls under way, ${this.waiting} of ${maxQueue} waiting)`;
  }
}
