/** Whoever schedules for a while and must leave nothing behind: the engine counts what it has scheduled for it. */
export interface EventOwner {
  pendingEvents: number;
}

/** Something that will happen at a moment of virtual time, unless it is cancelled before. */
export class ScheduledEvent {
  readonly at: number;
  /** Of two events of the same moment, the one that was scheduled first happens first. */
  readonly order: number;
  #action: (() => void) | undefined;
  readonly #owner: EventOwner | undefined;

  constructor(at: number, order: number, action: () => void, owner: EventOwner | undefined) {
    this.at = at;
    this.order = order;
    this.#action = action;
    this.#owner = owner;
    if (owner !== undefined) owner.pendingEvents++;
  }

  get pending(): boolean {
    return this.#action !== undefined;
  }

  /** Nothing happens any more. Idempotent. */
  cancel(): void {
    this.#take();
  }

  /** Lets it happen, once. */
  happen(): void {
    this.#take()?.();
  }

  #take(): (() => void) | undefined {
    const action = this.#action;
    this.#action = undefined;
    if (action !== undefined && this.#owner !== undefined) this.#owner.pendingEvents--;
    return action;
  }
}
