/** Nothing that is right needs more than a few. */
const MAX_ROUNDS = 100;

/** What is done in each round. */
export interface RoundSteps {
  /** Asks the policy. May bring about another change. */
  ask(): void;
  /** Tells of its answer. May bring about another change. */
  tell(): void;
  /** Whether the answers are of no use any more. */
  over(): boolean;
  /** The changes do not come to an end: `ask` is to be called later. */
  onEndless(): void;
}

/**
 * Folds the changes that an answer of the policy brings about into further rounds, one after the other instead of one
 * inside the other, and not for ever: a policy that contradicts itself would stop the process.
 */
export class UpdateRounds {
  readonly #steps: RoundSteps;
  #dirty = false;
  #asking = false;
  #telling = false;
  #untold = false;

  constructor(steps: RoundSteps) {
    this.#steps = steps;
  }

  get asking(): boolean {
    return this.#asking;
  }

  /** Something changed, which the next `run` asks about. */
  mark(): void {
    this.#dirty = true;
  }

  /** Asks as long as something changes, and tells. Inside of an `ask` or a `tell`, that one is followed by another. */
  run(): void {
    if (this.#asking) return;
    this.#ask();
    this.#untold = true;
    if (!this.#telling) this.#tell();
  }

  #ask(): void {
    this.#asking = true;
    try {
      for (let rounds = 0; this.#dirty && !this.#steps.over(); rounds += 1) {
        if (rounds === MAX_ROUNDS) return this.#giveUp();
        this.#dirty = false;
        this.#steps.ask();
      }
    } finally {
      this.#asking = false;
    }
  }

  #tell(): void {
    this.#telling = true;
    try {
      for (let rounds = 0; this.#untold; rounds += 1) {
        if (rounds === MAX_ROUNDS) return this.#giveUp();
        this.#untold = false;
        this.#steps.tell();
      }
    } finally {
      this.#telling = false;
    }
  }

  #giveUp(): void {
    this.#dirty = false;
    this.#untold = false;
    this.#steps.onEndless();
  }
}
