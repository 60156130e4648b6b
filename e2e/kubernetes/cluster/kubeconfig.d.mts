import type { Access } from './api-client.mjs';

export declare function readKubeconfig(path: string): Access;

/** What a kubeconfig of one user says. */
export interface KubeconfigContent extends Pick<Access, 'server' | 'ca' | 'skipTlsVerify'> {
  readonly user: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

export declare function kubeconfigText(content: KubeconfigContent): string;
