import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubernetesConfigError } from '../errors/kubernetes-config-error.js';
import type { ClusterConfig } from './cluster-config.js';
import { inClusterConfig, isInCluster, type InClusterEnvironment } from './in-cluster.js';
import { clusterOfKubeconfig } from './kubeconfig.js';
import { readKubeconfigFiles } from './read-kubeconfig.js';

/** What says which cluster is meant. */
export interface ClusterChoice {
  /** Path of a kubeconfig. */
  readonly kubeconfig: string | undefined;
  /** A context of the kubeconfig. */
  readonly context: string | undefined;
  /** Of the pod. */
  readonly serviceAccountDirectory: string;
}

/** The variables of the environment that count. */
export interface ClusterEnvironment extends InClusterEnvironment {
  readonly KUBECONFIG?: string | undefined;
  readonly HOME?: string | undefined;
}

/**
 * Finds the cluster: the kubeconfig of the option; `KUBECONFIG`; the pod that this runs in; `~/.kube/config`. The first one
 * that is there counts, also when it is wrong. Nothing is tried beside it: to speak with another cluster than the one that
 * was meant is worse than to fail.
 *
 * @throws KubernetesConfigError
 */
export async function locateCluster(choice: ClusterChoice, env: ClusterEnvironment): Promise<ClusterConfig> {
  const { kubeconfig, context, serviceAccountDirectory } = choice;
  const named = kubeconfig !== undefined ? [kubeconfig] : (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  if (named.length > 0) return clusterOfKubeconfig(await readKubeconfigFiles(named), context);
  if (context === undefined && isInCluster(env)) return inClusterConfig(env, serviceAccountDirectory);
  const home = join(env.HOME ?? homedir(), '.kube', 'config');
  try {
    return clusterOfKubeconfig(await readKubeconfigFiles([home]), context);
  } catch (error) {
    if (!(error instanceof KubernetesConfigError && error.problem === 'no such file')) throw error;
    const looked = `neither KUBECONFIG nor KUBERNETES_SERVICE_HOST is set, and there is no ${home}`;
    throw new KubernetesConfigError('kubernetes', `no cluster was found: ${looked}`);
  }
}

/** The same for two that mean the same cluster as the same user. */
export function clusterKey(choice: ClusterChoice, env: ClusterEnvironment): string {
  const { kubeconfig, context, serviceAccountDirectory } = choice;
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = env;
  const files = kubeconfig ?? KUBECONFIG;
  return JSON.stringify([
    files,
    context,
    serviceAccountDirectory,
    files ? [] : [KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT],
  ]);
}
