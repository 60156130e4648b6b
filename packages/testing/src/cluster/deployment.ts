import { InvalidOptionError } from '@fairlead/core';
import type { ResolvedDeploymentOptions } from './deployment-options.js';
import type { EventLog } from './event-log.js';
import type { OwnedTimers } from './owned-timers.js';
import type { PodSpec } from './pod-spec.js';
import type { Pod } from './pod.js';
import { ReplicaSet } from './replica-set.js';
import { rolloutLimits, type RolloutLimits } from './rollout-limits.js';
import { planRollout } from './rollout-plan.js';

/** The part of a pod that its deployment decides. */
export type PodTemplate = Omit<PodSpec, 'host' | 'port' | 'ledgerFile'>;

/** What a deployment needs from its cluster. */
export interface DeploymentHost {
  readonly timers: OwnedTimers;
  readonly log: EventLog;
  readonly createPod: (template: PodTemplate) => Pod;
}

/**
 * Pods of one kind, kept at the wanted number and version by the rules of the deployment controller of Kubernetes. Made
 * by `LocalCluster.deployment`.
 */
export class Deployment {
  readonly #options: ResolvedDeploymentOptions;
  readonly #host: DeploymentHost;
  /** Oldest first; the last one is the version that is wanted. */
  #replicaSets: readonly ReplicaSet[] = [];
  #replicas: number;
  #created = 0;
  #failure: Error | undefined;
  #closed = false;
  #syncing = false;

  constructor(options: ResolvedDeploymentOptions, host: DeploymentHost) {
    this.#options = options;
    this.#host = host;
    this.#replicas = options.replicas;
    this.rollTo(options.version);
  }

  get name(): string {
    return this.#options.name;
  }

  /** The wanted number of pods. */
  get replicas(): number {
    return this.#replicas;
  }

  /** The wanted version. */
  get version(): string {
    return this.#newest.version;
  }

  /** The pods whose process is there, terminating ones included, oldest first. */
  pods(): readonly Pod[] {
    const pods = this.#replicaSets.flatMap((set) => set.running);
    return pods.sort((a, b) => a.times.createdAt - b.times.createdAt);
  }

  /**
   * Changes the number of pods. In the middle of a rolling update the change goes to the new version.
   * @throws InvalidOptionError
   */
  scale(replicas: number): void {
    if (!Number.isSafeInteger(replicas) || replicas < 0) {
      throw new InvalidOptionError('replicas', replicas, 'an integer, at least 0');
    }
    this.#replicas = replicas;
    this.#sync();
  }

  /** Begins a rolling update to a version; to an earlier one, it is a rollback. To the current one, nothing happens. */
  rollTo(version: string): void {
    const known = this.#replicaSets.find((set) => set.version === version);
    const others = this.#replicaSets.filter((set) => set !== known);
    this.#replicaSets = [...others, known ?? new ReplicaSet(version, () => this.#createPod(version))];
    this.#sync();
  }

  /**
   * Resolves when all pods are of the wanted version, as many as wanted and available, and no others are left except
   * those that are being deleted: the rule of `kubectl rollout status`. DNS may not know of it yet: see
   * `LocalCluster.settled`.
   *
   * Rejects when a pod ended before it was ever ready, with its error output; and when the cluster is closed.
   */
  rolledOut(): Promise<void> {
    return this.#host.log.until(() => this.isRolledOut());
  }

  /**
   * Whether {@link rolledOut} would resolve at once.
   * @throws Error when a pod ended before it was ever ready.
   */
  isRolledOut(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const { desired, available } = this.#newest.view();
    const active = this.#replicaSets.reduce((total, set) => total + set.active.length, 0);
    return desired === this.#replicas && available === desired && active === desired;
  }

  /** For the cluster: looks again after something happened to a pod. Not one of this deployment's: nothing happens. */
  podChanged(pod: Pod): void {
    const owner = this.#replicaSets.find((set) => set.has(pod));
    if (owner === undefined) return;
    if (pod.crashed) this.#replace(pod, owner);
    this.#sync();
  }

  /** For the cluster: no pod is created or deleted any more. */
  close(): void {
    this.#closed = true;
  }

  get #newest(): ReplicaSet {
    // There is one from the constructor on.
    return this.#replicaSets.at(-1) as ReplicaSet;
  }

  get #limits(): RolloutLimits {
    return rolloutLimits(this.#replicas, this.#options.maxUnavailable, this.#options.maxSurge);
  }

  #replace(pod: Pod, owner: ReplicaSet): void {
    const backoffMs = owner.replaceCrashed(pod);
    if (backoffMs === 0) return;
    this.#failure = new Error(`pod ${pod.name} ended before it was ready: ${pod.stderr.trim() || 'no error output'}`);
    this.#host.log.check();
    this.#host.timers.schedule(backoffMs, () => this.#sync());
  }

  /** Takes steps until the plan asks for none. Each step sees what the one before did. */
  #sync(): void {
    // Deleting a pod is a change of a pod, and asks for a look: the loop that deletes looks anyway.
    if (this.#closed || this.#syncing) return;
    this.#syncing = true;
    while (this.#step());
    this.#syncing = false;
  }

  /** @returns whether there may be more to do. */
  #step(): boolean {
    const old = this.#replicaSets.slice(0, -1);
    const before = [...old, this.#newest].map((set) => set.desired);
    const plan = planRollout(
      this.#limits,
      this.#newest.view(),
      old.map((set) => set.view()),
    );
    const after = [...plan.old, plan.newest];
    for (const [index, set] of [...old, this.#newest].entries()) set.scale(after[index] ?? set.desired);
    return after.some((desired, index) => desired !== before[index]);
  }

  #createPod(version: string): Pod {
    const { name, script, env, shutdownMode, latencyMs, preStopMs, terminationGraceMs, onCrash } = this.#options;
    return this.#host.createPod({
      name: `${name}-${version}-${++this.#created}`,
      version,
      script,
      env,
      mode: shutdownMode,
      latencyMs,
      preStopMs,
      terminationGraceMs,
      onCrash,
    });
  }
}
