import type { Pod } from './pod.js';
import type { ReplicaSetView } from './rollout-plan.js';

/** What decides which pods a ReplicaSet gives up first. */
export type DeletionCandidate = Pick<Pod, 'ready' | 'times'>;

/** After a pod that crashed before it was ever ready, the next one waits 1 s, 2 s, 4 s, … up to 60 s. */
const CRASH_BACKOFF_MS = 1_000;
const LONGEST_CRASH_BACKOFF_MS = 60_000;

/** The pods of one version of a deployment, and how many there should be. */
export class ReplicaSet {
  readonly version: string;
  readonly #create: () => Pod;
  readonly #pods = new Set<Pod>();
  #desired = 0;
  #crashes = 0;
  #createNotBefore = 0;

  /** @param create starts a pod of this version. */
  constructor(version: string, create: () => Pod) {
    this.version = version;
    this.#create = create;
  }

  get desired(): number {
    return this.#desired;
  }

  /** Pods that count: neither being deleted nor gone. */
  get active(): readonly Pod[] {
    return [...this.#pods].filter((pod) => pod.state !== 'terminating' && pod.state !== 'exited');
  }

  /** Pods whose process is still there. */
  get running(): readonly Pod[] {
    return [...this.#pods].filter((pod) => pod.state !== 'exited');
  }

  has(pod: Pod): boolean {
    return this.#pods.has(pod);
  }

  view(): ReplicaSetView {
    return { desired: this.#desired, available: this.active.filter((pod) => pod.ready).length };
  }

  /** Creates or deletes pods until there are as many as desired. */
  scale(desired: number): void {
    this.#desired = desired;
    const active = this.active;
    const surplus = active.length - desired;
    if (surplus > 0) for (const pod of deletionOrder(active).slice(0, surplus)) pod.delete();
    else if (performance.now() >= this.#createNotBefore) {
      for (let missing = -surplus; missing > 0; missing--) this.#pods.add(this.#create());
    }
  }

  /**
   * Forgets a pod that crashed.
   * @returns how long to wait before {@link scale} makes its replacement, in ms.
   */
  replaceCrashed(pod: Pod): number {
    this.#pods.delete(pod);
    if (pod.times.readyAt !== undefined) {
      this.#crashes = 0;
      return 0;
    }
    const backoffMs = Math.min(CRASH_BACKOFF_MS * 2 ** this.#crashes++, LONGEST_CRASH_BACKOFF_MS);
    this.#createNotBefore = performance.now() + backoffMs;
    return backoffMs;
  }
}

/**
 * Which pods go first, as the ReplicaSet controller chooses (`ActivePodsWithRanks`): those that are not ready; among
 * the ready ones those that have been ready for the shortest time; the newer ones.
 */
export function deletionOrder<P extends DeletionCandidate>(pods: readonly P[]): P[] {
  return [...pods].sort(
    (a, b) =>
      Number(a.ready) - Number(b.ready) ||
      (b.times.readyAt ?? Infinity) - (a.times.readyAt ?? Infinity) ||
      b.times.createdAt - a.times.createdAt,
  );
}
