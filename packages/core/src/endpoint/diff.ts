import { formatAddress, type Address } from './address.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

/** Whoever stands for an endpoint: a member. */
export interface EndpointHolder {
  /** As last reported. */
  readonly endpoint: Endpoint;
}

/** What an update changes. An endpoint of the new list that is in none of these is as it was. */
export interface EndpointDiff<H extends EndpointHolder> {
  /** New identities. In the order of `next`. */
  readonly added: readonly Endpoint[];
  /** Same identity, other addresses (or another order of preference) or attributes. In the order of `next`. */
  readonly changed: readonly { readonly holder: H; readonly endpoint: Endpoint }[];
  /** Those whose identity is gone. In the order of `previous`. */
  readonly removed: readonly H[];
}

/**
 * Compares a full list with what there is, by identity, so that survivors keep their connections and statistics. When `next`
 * names an id more than once, the first one counts.
 *
 * @param previous in their order, each id once.
 * @param byId the same. A map that its owner keeps: to make one for each answer would cost as much as all the rest.
 */
export function diffEndpoints<H extends EndpointHolder>(
  previous: readonly H[],
  byId: ReadonlyMap<string, H>,
  next: readonly Endpoint[],
): EndpointDiff<H> {
  const survivors = new Survivors(previous);
  const fresh = new Map<string, Endpoint>();
  const changed: { holder: H; endpoint: Endpoint }[] = [];
  for (const endpoint of next) {
    const { id } = endpoint;
    const holder = survivors.nextIs(id) ?? byId.get(id);
    if (holder === undefined) {
      if (!fresh.has(id)) fresh.set(id, endpoint);
    } else if (survivors.add(holder) && !sameEndpoint(holder.endpoint, endpoint)) {
      changed.push({ holder, endpoint });
    }
  }
  return { added: [...fresh.values()], changed, removed: survivors.others() };
}

/**
 * Who of a list stays. Most answers tell of the same pods in the same order, and then nobody has to be looked up or remembered
 * by more than a flag: with many pods, that is most of the work. It is given up at the first one who comes out of order.
 */
class Survivors<H extends EndpointHolder> {
  readonly #all: readonly H[];
  readonly #stays: Uint8Array;
  /** All before this place have come or were passed over. */
  #place = 0;
  /** Those who stay, since the order was lost. */
  #unordered: Set<H> | undefined;

  constructor(all: readonly H[]) {
    this.#all = all;
    this.#stays = new Uint8Array(all.length);
  }

  /** The holder of the id, if it is the next one in order. */
  nextIs(id: string): H | undefined {
    const next = this.#unordered ? undefined : this.#all[this.#place];
    return next?.endpoint.id === id ? next : undefined;
  }

  /** @returns false when it was added before. */
  add(holder: H): boolean {
    const place = this.#unordered ? -1 : this.#all.indexOf(holder, this.#place);
    if (place >= 0) {
      this.#stays[place] = 1;
      this.#place = place + 1;
      return true;
    }
    this.#unordered ??= new Set(this.#all.filter((_, index) => this.#stays[index] === 1));
    if (this.#unordered.has(holder)) return false;
    this.#unordered.add(holder);
    return true;
  }

  others(): readonly H[] {
    const unordered = this.#unordered;
    return this.#all.filter((holder, index) => (unordered ? !unordered.has(holder) : this.#stays[index] === 0));
  }
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a === b || (sameAddresses(a.addresses, b.addresses) && sameAttributes(a.attributes, b.attributes));
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!sameAddress(a[index]!, b[index]!)) return false;
  return true;
}

function sameAddress(a: Address, b: Address): boolean {
  if (a.kind === 'tcp') return b.kind === 'tcp' && a.host === b.host && a.port === b.port;
  return a.kind === b.kind && formatAddress(a) === formatAddress(b);
}

/** An attribute that is undefined is the same as one that is absent. */
function sameAttributes(a: EndpointAttributes, b: EndpointAttributes): boolean {
  return hasAllOf(a, b) && hasAllOf(b, a);
}

function hasAllOf(a: EndpointAttributes, b: EndpointAttributes): boolean {
  // Without a list of keys: this runs for every pod of every answer.
  for (const key in b) {
    const one = a[key as keyof EndpointAttributes];
    const other = b[key as keyof EndpointAttributes];
    if (one !== other && !isDeepEqual(one, other)) return false;
  }
  return true;
}

/** Hints are objects, which a resolver makes anew for each answer. */
function isDeepEqual(a: unknown, b: unknown): boolean {
  return typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b);
}
