import { durationMs, optional, resolveOptions, text, type ResolvedOptions } from '@fairlead/core';
import { SERVICE_ACCOUNT_DIRECTORY } from './cluster/in-cluster.js';

/** Options of {@link kubernetesResolver}. None is needed in a pod, nor where `kubectl` works. */
export interface KubernetesResolverOptions {
  /**
   * Path of a kubeconfig. Default: the files of `KUBECONFIG`; without it the service account of the pod; without one
   * `~/.kube/config`.
   */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig. Default: its `current-context`. With it, the pod's service account is not used. */
  readonly context?: string;
  /** Where the kubelet mounts token, CA and namespace. Default `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly serviceAccountDirectory?: string;
  /**
   * How long changes are gathered when a pod must not be called any more, in ms. Default 50, 0 to 10 000. A pod that moves
   * from one EndpointSlice to another may be in neither for a moment.
   */
  readonly removalDelayMs?: number;
  /**
   * How long changes are gathered when there are only more pods, in ms. Default 100, 0 to 60 000. The first pods are told of
   * at once. A new pod has its first call after this time, a connection and its turn: 300 ms after its slice, all in all.
   */
  readonly additionDelayMs?: number;
}

const RULES = {
  kubeconfig: optional(text()),
  context: optional(text()),
  serviceAccountDirectory: text({ default: SERVICE_ACCOUNT_DIRECTORY }),
  removalDelayMs: durationMs({ default: 50, max: 10_000 }),
  additionDelayMs: durationMs({ default: 100, max: 60_000 }),
};

/** Every option, checked and with its default. */
export type ResolvedKubernetesOptions = ResolvedOptions<typeof RULES>;

/** @throws InvalidOptionError */
export function resolveKubernetesOptions(options: unknown): ResolvedKubernetesOptions {
  return resolveOptions(options, RULES);
}
