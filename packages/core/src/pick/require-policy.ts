import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { BalancingPolicy } from './balancing-policy.js';

/**
 * What a function made that is to make policies.
 * @throws InvalidOptionError when it is none: `roundRobin` in place of `roundRobin()` makes a function.
 */
export function requirePolicy(made: unknown, name: string): BalancingPolicy {
  const candidate = made as Partial<Record<keyof BalancingPolicy, unknown>> | null | undefined;
  if (typeof candidate?.createLoad === 'function' && typeof candidate.update === 'function') {
    return made as BalancingPolicy;
  }
  const expected = 'a function that makes an object with createLoad() and update(), e.g. roundRobin()';
  throw new InvalidOptionError(name, made, expected);
}
