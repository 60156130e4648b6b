import type { ClientOptions } from '../client/client-options.js';
import type { SimClient } from '../client/sim-client.js';
import type { Engine } from '../engine/engine.js';
import { AttemptsInvariant } from './attempts-invariant.js';
import { BudgetInvariant } from './budget-invariant.js';
import { CallsInvariant } from './calls-invariant.js';
import { InFlightInvariant } from './in-flight-invariant.js';
import type { Invariant } from './invariant.js';
import { LeakInvariant } from './leak-invariant.js';
import { PickInvariant } from './pick-invariant.js';

/** The rules that are watched over each client alone. `DrainInvariant` is watched over all of them. */
export function clientInvariants(
  engine: Engine,
  { retries }: ClientOptions,
  client: () => SimClient,
): readonly Invariant[] {
  return [
    new PickInvariant(client),
    new InFlightInvariant(),
    new AttemptsInvariant(retries.maxAttempts),
    new BudgetInvariant(engine, retries.budget),
    new CallsInvariant(),
    new LeakInvariant(),
  ];
}
