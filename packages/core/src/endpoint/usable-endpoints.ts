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
  const owners = new AddressOwners();
  const usable: Endpoint[] = [];
  for (const endpoint of endpoints) {
    const owner = owners.claim(endpoint);
    if (owner === endpoint.id) usable.push(withUsableAttributes(endpoint, attributes));
    else duplicates.push(`${endpoint.id} has the address of ${owner}, ${formatAddress(endpoint.addresses[0])}`);
  }
  return { endpoints: attributes.length + duplicates.length === 0 ? endpoints : usable, attributes, duplicates };
}

/** Who came first with an address. Pods seldom share a host, so a text for each address is made only where they do. */
class AddressOwners {
  readonly #byHost = new Map<string, Endpoint>();
  readonly #byAddress = new Map<string, string>();

  /** The id of the endpoint whose first address this is: the given one, unless another came before. */
  claim(endpoint: Endpoint): string {
    const [address] = endpoint.addresses;
    const host = address.kind === 'tcp' ? address.host : formatAddress(address);
    const first = this.#byHost.get(host);
    if (first === undefined) {
      this.#byHost.set(host, endpoint);
      return endpoint.id;
    }
    const text = formatAddress(address);
    if (formatAddress(first.addresses[0]) === text) return first.id;
    const owner = this.#byAddress.get(text) ?? endpoint.id;
    this.#byAddress.set(text, owner);
    return owner;
  }
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

function withUsableAttributes(endpoint: Endpoint, notes: string[]): Endpoint {
  const { attributes, id } = endpoint;
  const odd = oddNames(attributes);
  if (odd === undefined) return endpoint;
  const usable: { -readonly [A in Attribute]?: EndpointAttributes[A] } = { ...attributes };
  for (const name of odd) {
    notes.push(`${id}: ${name}: ${formatValue(attributes[name])} (expected: ${RULES[name][1]})`);
    delete usable[name];
  }
  return { ...endpoint, attributes: usable };
}

/** Those whose value is none. Makes nothing where all is well, as for every pod of almost every answer. */
function oddNames(attributes: EndpointAttributes): Attribute[] | undefined {
  let odd: Attribute[] | undefined;
  for (const name in attributes) {
    const value = attributes[name as Attribute];
    if (value === undefined || !Object.hasOwn(RULES, name) || RULES[name as Attribute][0](value)) continue;
    (odd ??= []).push(name as Attribute);
  }
  return odd;
}
