import { builtInPolicies, InvalidOptionError, type BalancingPolicyFactory } from '@fairlead/core';

/**
 * The policies that a service config may choose: the user's before ours, so that a name of ours that comes with a later
 * version takes nothing away from who had it before, and one can be replaced on purpose.
 *
 * @throws InvalidOptionError
 */
export function knownPolicies(own: unknown, name: string): readonly BalancingPolicyFactory[] {
  if (own === undefined) return builtInPolicies;
  if (!Array.isArray(own)) throw new InvalidOptionError(name, own, 'a list of BalancingPolicyFactory');
  const taken = new Set<string>();
  const checked = own.map((factory: unknown, index) => checkFactory(factory, `${name}[${index}]`, taken));
  return Object.freeze([...checked, ...builtInPolicies]);
}

function checkFactory(given: unknown, name: string, taken: Set<string>): BalancingPolicyFactory {
  const factory = (given ?? {}) as Partial<Record<keyof BalancingPolicyFactory, unknown>>;
  if (typeof given !== 'object') throw new InvalidOptionError(name, given, 'a BalancingPolicyFactory');
  const { names, fields } = factory;
  if (!areNames(names) || names.length === 0) {
    throw new InvalidOptionError(`${name}.names`, names, 'a list of names, at least one');
  }
  if (fields !== undefined && !areNames(fields)) {
    throw new InvalidOptionError(`${name}.fields`, fields, 'a list of names');
  }
  if (typeof factory.create !== 'function')
    throw new InvalidOptionError(`${name}.create`, factory.create, 'a function');
  for (const each of names) {
    if (taken.has(each)) throw new InvalidOptionError(`${name}.names`, each, 'a name that no other one has');
    taken.add(each);
  }
  return given as BalancingPolicyFactory;
}

function areNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
}
