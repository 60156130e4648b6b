import type { ClientObserver } from './client-observer.js';
import type { Connection } from './connection.js';
import type { PolicyAnswer } from './policy-answer.js';
import type { SimCall } from './sim-call.js';
import type { SimClient } from './sim-client.js';
import type { SimMember } from './sim-member.js';

/** Several observers as one, told in their order. */
export class Observers implements ClientObserver {
  readonly #all: readonly Partial<ClientObserver>[];

  constructor(all: readonly Partial<ClientObserver>[]) {
    this.#all = all;
  }

  callStarted(call: SimCall): void {
    for (const each of this.#all) each.callStarted?.(call);
  }

  picked(call: SimCall, member: SimMember): void {
    for (const each of this.#all) each.picked?.(call, member);
  }

  attemptStarted(call: SimCall, member: SimMember): void {
    for (const each of this.#all) each.attemptStarted?.(call, member);
  }

  attemptEnded(call: SimCall, member: SimMember): void {
    for (const each of this.#all) each.attemptEnded?.(call, member);
  }

  retrying(call: SimCall, costsBudget: boolean): void {
    for (const each of this.#all) each.retrying?.(call, costsBudget);
  }

  callEnded(call: SimCall, code: number): void {
    for (const each of this.#all) each.callEnded?.(call, code);
  }

  drainStarted(connection: Connection): void {
    for (const each of this.#all) each.drainStarted?.(connection);
  }

  connectionClosed(connection: Connection): void {
    for (const each of this.#all) each.connectionClosed?.(connection);
  }

  policyAnswered(client: SimClient, answer: PolicyAnswer): void {
    for (const each of this.#all) each.policyAnswered?.(client, answer);
  }

  clientClosed(client: SimClient): void {
    for (const each of this.#all) each.clientClosed?.(client);
  }
}
