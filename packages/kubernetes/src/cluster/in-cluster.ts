import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterConfig } from './cluster-config.js';

/** Where the kubelet puts what a pod needs to speak with the API server. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The two variables that every pod has. */
export interface InClusterEnvironment {
  readonly KUBERNETES_SERVICE_HOST?: string | undefined;
  readonly KUBERNETES_SERVICE_PORT?: string | undefined;
}

/** Whether this process runs in a pod. */
export function isInCluster(env: InClusterEnvironment): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) && Boolean(env.KUBERNETES_SERVICE_PORT);
}

/** The cluster of the pod that this process runs in, as its service account. */
export async function inClusterConfig(env: InClusterEnvironment, directory: string): Promise<ClusterConfig> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = env;
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => '');
  return {
    name: 'in-cluster',
    source: 'pod',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: { kind: 'file', path: join(directory, 'ca.crt') },
    serverName: undefined,
    skipTlsVerify: false,
    token: { kind: 'file', path: join(directory, 'token') },
    clientCertificate: undefined,
    namespace: namespace.trim() || 'default',
  };
}
