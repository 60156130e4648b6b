import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import type { Load } from '../../load/load.js';
import { outstandingLoad, type OutstandingLoad } from '../../load/outstanding.js';
import type { BalancingPolicy, PolicyContext, PolicyUpdate } from '../../pick/balancing-policy.js';
import { definePolicy, type DefinedPolicy } from '../../pick/define-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { waitingPicker } from '../../pick/ready-members.js';
import { EndpointsInUse } from '../endpoints-in-use.js';
import { HashRing, type RingSize } from './hash-ring.js';
import { ringConnectivity } from './ring-connectivity.js';
import { CONFIGURED_RING_CAP, MAX_RING_SIZE, RING_HASH_RULES, type RingHashOptions } from './ring-hash-options.js';
import { RingHashPicker } from './ring-hash-picker.js';

interface RingHashSettings extends RingSize {
  readonly requestHashHeader: string | undefined;
}

/** The ring changes with the endpoints and their weights alone; what connects and fails only makes a picker walk on. */
class RingHash implements BalancingPolicy {
  readonly name = 'ring_hash';
  readonly #settings: RingHashSettings;
  readonly #endpoints = new EndpointsInUse();
  #ring: HashRing | undefined;

  constructor(settings: RingHashSettings) {
    this.#settings = settings;
  }

  createLoad(previous?: Load): OutstandingLoad {
    return outstandingLoad(previous);
  }

  update<M extends MemberView>(members: readonly M[], { random }: PolicyContext): PolicyUpdate<M> {
    if (members.length === 0) return { picker: waitingPicker, connect: [] };
    if (this.#endpoints.changed(members)) this.#ring = new HashRing(this.#endpoints.current, this.#settings);
    const states = members.map((member) => member.connectivity);
    const state = ringConnectivity(states);
    const picker = new RingHashPicker(this.#ring!, members, this.#settings.requestHashHeader, random);
    return { picker, connect: mustTryAnother(state, states) ? firstIdle(members) : [], state };
  }
}

/**
 * A policy above this one may send no calls while it fails, so what fails is followed by another attempt without being asked
 * (gRFC A61), one after the other.
 */
function mustTryAnother(state: string, states: readonly string[]): boolean {
  return (state === 'transient-failure' || state === 'connecting') && !states.includes('connecting');
}

function firstIdle<M extends MemberView>(members: readonly M[]): readonly M[] {
  const idle = members.find((member) => member.connectivity === 'idle');
  return idle === undefined ? [] : [idle];
}

function defineRing(cap: number): DefinedPolicy {
  return definePolicy({
    names: ['ring_hash', 'ring_hash_experimental'],
    rules: RING_HASH_RULES,
    check({ minRingSize, maxRingSize }, path) {
      if (minRingSize <= maxRingSize) return;
      throw new InvalidOptionError(`${path}.minRingSize`, minRingSize, `at most maxRingSize, which is ${maxRingSize}`);
    },
    create: ({ minRingSize, maxRingSize, requestHashHeader }) =>
      new RingHash({
        minRingSize: Math.min(minRingSize, cap),
        maxRingSize: Math.min(maxRingSize, cap),
        requestHashHeader,
      }),
  });
}

const configured = defineRing(CONFIGURED_RING_CAP);

/**
 * `ring_hash` (gRFC A42, A61, A76): calls of one key go to one pod, as long as it can be reached, from every client in every
 * language; a pod that leaves moves its own keys and no others. For caches, sessions and shards in the pods.
 *
 * The key of a call is what {@link setHashKey} said, else the value of the header `requestHashHeader`; a call without a key
 * goes to a random ready pod. A pod stands on the ring by its attribute `hashKey`, else by its first address, and as often as
 * its `weight` says. Connections are made when a call needs them: a pod whose keys nobody uses is not connected. A pod that
 * fails hands its keys to the next one along the ring until it is back; a retry goes there, too.
 *
 * `{"ring_hash": {"minRingSize": 1024, "maxRingSize": 4096, "requestHashHeader": "x-user"}}`, all optional. In a service
 * config both sizes count as 4 096 at most (gRFC A42's cap); {@link ringHash} goes beyond.
 */
export const ringHashPolicy: DefinedPolicy = {
  ...configured,
  create(config, path, surroundings) {
    const { maxRingSize } = config;
    const create = configured.create(config, path, surroundings);
    if (typeof maxRingSize === 'number' && maxRingSize > CONFIGURED_RING_CAP) {
      surroundings.warn(
        `${path}.maxRingSize: ${maxRingSize} counts as ${CONFIGURED_RING_CAP}, the cap for service configs`,
      );
    }
    return create;
  },
  fromOptions: defineRing(MAX_RING_SIZE).fromOptions,
};

/**
 * {@link ringHashPolicy} from typed options, for `balancing`.
 * @throws InvalidOptionError
 */
export const ringHash = (options?: RingHashOptions): (() => BalancingPolicy) => ringHashPolicy.fromOptions(options);
