import type { ClientObserver } from '../client/client-observer.js';
import type { PolicyAnswer } from '../client/policy-answer.js';
import type { SimCall } from '../client/sim-call.js';
import type { SimClient } from '../client/sim-client.js';
import type { SimMember } from '../client/sim-member.js';
import type { Engine } from '../engine/engine.js';

/** A call that has ended. */
export interface RecordedCall {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly code: number;
  readonly attempts: number;
}

/** An attempt at the moment when it was given to a pod. */
export interface RecordedPick {
  readonly at: number;
  readonly podId: string;
}

/** Keeps what all clients did, for the report to count. */
export class Recorder implements Partial<ClientObserver> {
  readonly calls: RecordedCall[] = [];
  readonly picks: RecordedPick[] = [];
  /** How often a client's policy took a pod out because of its answers. */
  ejections = 0;
  readonly #engine: Engine;
  readonly #ejected = new Map<SimClient, ReadonlySet<string>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  attemptStarted(_call: SimCall, member: SimMember): void {
    this.picks.push({ at: this.#engine.now, podId: member.endpoint.id });
  }

  callEnded({ startedAt, attempts }: SimCall, code: number): void {
    this.calls.push({ startedAt, endedAt: this.#engine.now, code, attempts });
  }

  policyAnswered(client: SimClient, { ejected = [] }: PolicyAnswer): void {
    const before = this.#ejected.get(client);
    if (ejected.length === 0 && before === undefined) return;
    const now = new Set(ejected.map(({ member }) => member.endpoint.id));
    for (const id of now) if (!before?.has(id)) this.ejections++;
    this.#ejected.set(client, now);
  }
}
