import { formatValue } from '../errors/format-value.js';
import { formatAddress } from './address.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

/** What can be used of a resolver's answer, and what is passed over, in words. */
export interface UsableEndpoints {
  readonly endpoints: readonly Endpoint[];
  /** `10.0.0.1:50051: weight: 0 (expected: a positive integer)`: the attribute counts as absent. */
  readonly attributes: readonly string[];
  /** `b has the address of a, 10.0.0.1:50051`: left out. */
  readonly duplicates: readonly string[];
}

/**
 * Takes out of an answer what would mislead, and leaves the rest: one pod with a weight of 0 is no reason to lose the news
 * of all others. An attribute that is none counts as absent. Of endpoints with the same first address the first one stays: they
 * are one server, which would get the calls of two (gRFC A48 merges them). An id that comes twice is left to `diffEndpoints`.
 *
 * @param endpoints that have passed `validateEndpoints`; given back as they are when nothing is wrong.
 */
export function usableEndpoints(endpoints: readonly Endpoint[]): UsableEndpoints {
  const attributes: string[] = [];
  const duplicates: string[] = [];
  const owners = new Map<string, string>();
  const usable: Endpoint[] = [];
  for (const endpoint of endpoints) {
    const address = formatAddress(endpoint.addresses[0]);
    const owner = owners.get(address) ?? endpoint.id;
    owners.set(address, owner);
    if (owner === endpoint.id) usable.push(withUsableAttributes(endpoint, attributes));
    else duplicates.push(`${endpoint.id} has the address of ${owner}, ${address}`);
  }
  return { endpoints: attributes.length + duplicates.length === 0 ? endpoints : usable, attributes, duplicates };
}

type Attribute = keyof EndpointAttributes;
type Rule = readonly [isOne: (value: unknown) => boolean, expected: string];

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isWhole = (value: unknown, min: number): boolean => Number.isSafeInteger(value) && (value as number) >= min;
const isNames = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.every(isText));

function areHints(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { nodes, zones } = value as Readonly<Record<string, unknown>>;
  return isNames(nodes) && isNames(zones);
}

const TEXT: Rule = [isText, 'a string'];
const FLAG: Rule = [isFlag, 'true or false'];

const RULES: Readonly<Record<Attribute, Rule>> = {
  pod: TEXT,
  node: TEXT,
  zone: TEXT,
  weight: [(value) => isWhole(value, 1), 'a positive integer'],
  priority: [(value) => isWhole(value, 0), 'an integer, at least 0'],
  hints: [areHints, 'lists of names: zones, nodes'],
  hashKey: TEXT,
  ready: FLAG,
  serving: FLAG,
  terminating: FLAG,
};
const NAMES = Object.keys(RULES) as readonly Attribute[];

function withUsableAttributes(endpoint: Endpoint, notes: string[]): Endpoint {
  const { attributes, id } = endpoint;
  const odd = NAMES.filter((name) => attributes[name] !== undefined && !RULES[name][0](attributes[name]));
  if (odd.length === 0) return endpoint;
  const usable: { -readonly [A in Attribute]?: EndpointAttributes[A] } = { ...attributes };
  for (const name of odd) {
    notes.push(`${id}: ${name}: ${formatValue(attributes[name])} (expected: ${RULES[name][1]})`);
    delete usable[name];
  }
  return { ...endpoint, attributes: usable };
}
