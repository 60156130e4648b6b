import { Word64 } from '../../hash/word64.js';
import { xxh64Register } from '../../hash/xxh64.js';
import type { MemberView, Picker, PickRequest, PickResult } from '../../pick/picker.js';
import { uniformIndex } from '../../random/uniform-index.js';
import type { Random } from '../../random/random.js';
import type { HashRing } from './hash-ring.js';

type Wait<M extends MemberView> = Extract<PickResult<M>, { kind: 'wait' }>;

const WAIT = Object.freeze({ kind: 'wait' }) satisfies PickResult;
const HALF = 2 ** 32;

/**
 * Walks along the ring from where the call's key falls (gRFC A61), or from anywhere for a call without a key (gRFC A76).
 *
 * With a key, the first member that has not failed gets the call, and is connected for it where it must be. Without one, the
 * first that is ready; one idle member on the way is connected for later calls, so that they come to spread over all.
 */
export class RingHashPicker<M extends MemberView> implements Picker<M> {
  readonly #ring: HashRing;
  readonly #members: readonly M[];
  /** What the walk answers at a member; undefined goes on to the next one. */
  readonly #answers: readonly (PickResult<M> | undefined)[];
  readonly #connecting: boolean;
  readonly #header: string | undefined;
  readonly #random: Random;

  /**
   * @param members in the order of the ring's owners.
   * @param header its values are the key of a call that brings none of its own.
   */
  constructor(ring: HashRing, members: readonly M[], header: string | undefined, random: Random) {
    this.#ring = ring;
    this.#members = members;
    this.#answers = members.map(answerOf);
    this.#connecting = this.#answers.includes(WAIT);
    this.#header = header;
    this.#random = random;
  }

  pick(request: PickRequest): PickResult<M> {
    const key = keyOf(request, this.#header);
    const start = this.#ring.indexFor(key === undefined ? anyHash(this.#random) : xxh64Register(key));
    const tried = request.attempt?.tried;
    if (tried !== undefined && tried.size > 0) {
      // Whom the call has tried comes last: the next distinct member along the ring is the next best owner of its key, and
      // worth waiting for while it connects. A call without a key does not wait while anybody is ready.
      const answer = this.#walk(key !== undefined, start, tried);
      if (answer?.kind === 'picked' || (answer !== undefined && key !== undefined)) return answer;
    }
    return this.#walk(key !== undefined, start) ?? WAIT;
  }

  #walk(keyed: boolean, start: number, tried?: ReadonlySet<string>): PickResult<M> | undefined {
    return keyed ? this.#firstUsable(start, tried) : this.#firstReady(start, tried);
  }

  #firstUsable(start: number, tried?: ReadonlySet<string>): PickResult<M> | undefined {
    for (let step = 0; step < this.#ring.size; step += 1) {
      const answer = this.#answerAt(start + step, tried);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  #firstReady(start: number, tried?: ReadonlySet<string>): PickResult<M> | undefined {
    let wait: Wait<M> | undefined = this.#connecting ? WAIT : undefined;
    for (let step = 0; step < this.#ring.size; step += 1) {
      const answer = this.#answerAt(start + step, tried);
      if (answer?.kind === 'picked') return wait?.connect === undefined ? answer : { ...answer, connect: wait.connect };
      if (answer?.kind === 'wait') wait ??= answer;
    }
    return wait;
  }

  #answerAt(index: number, tried: ReadonlySet<string> | undefined): PickResult<M> | undefined {
    const owner = this.#ring.ownerAt(index);
    return tried?.has(this.#members[owner]!.endpoint.id) ? undefined : this.#answers[owner];
  }
}

function answerOf<M extends MemberView>(member: M): PickResult<M> | undefined {
  switch (member.connectivity) {
    case 'ready':
      return Object.freeze({ kind: 'picked', member });
    case 'idle':
      return Object.freeze({ kind: 'wait', connect: member });
    case 'connecting':
      return WAIT;
    case 'transient-failure':
      return undefined;
  }
}

/** An empty key is none: or all calls without one would meet at one pod (gRFC A76, rationale 4). */
function keyOf({ hashKey, metadata }: PickRequest, header: string | undefined): string | undefined {
  const key = hashKey ?? (header === undefined ? '' : metadata.get(header).join(','));
  return key === '' ? undefined : key;
}

/** Anywhere on the ring. One for all: it is read at once. */
const anywhere = new Word64();

function anyHash(random: Random): Word64 {
  anywhere.set(uniformIndex(random, HALF), uniformIndex(random, HALF));
  return anywhere;
}
