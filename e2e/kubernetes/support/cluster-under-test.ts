import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { ApiClient, type ApiObject } from '../cluster/api-client.mjs';
import { kubeconfigText, readKubeconfig } from '../cluster/kubeconfig.mjs';
import { create } from './objects.mjs';

const { KUBECONFIG = '', E2E_CONTROL, E2E_LEDGER, E2E_DNS, E2E_NAMESPACE = 'fairlead-e2e' } = process.env;

export const NAMESPACE = E2E_NAMESPACE;

/** For what cannot be done to a cluster of somebody else. */
export const testOnOurs: typeof test.skip = E2E_CONTROL === undefined ? test.skip : test;

/** The target of the greeter by DNS, or undefined. In a cluster of ours names are looked up as in a pod. */
export const DNS_TARGET =
  E2E_CONTROL !== undefined
    ? `dns:///greeter.${NAMESPACE}.svc.cluster.local:50051`
    : E2E_DNS && `dns://${E2E_DNS}/greeter.${NAMESPACE}.svc.cluster.local:50051`;

export const KUBERNETES_TARGET = `kubernetes:///greeter.${NAMESPACE}:grpc`;

/** What a test may do to the cluster, as its administrator. */
export class ClusterUnderTest {
  readonly api = new ApiClient(readKubeconfig(KUBECONFIG));
  readonly #folder = mkdtempSync(join(process.env['E2E_FOLDER'] ?? tmpdir(), 'fairlead-e2e-client-'));
  #files = 0;

  /** A token of a service account; bound to a secret, it ends with it. */
  async token(account: string, secret?: string): Promise<string> {
    const bound = secret && {
      boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: secret },
    };
    const answer = await this.api.post<ApiObject & { readonly status: { readonly token: string } }>(
      `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3_600, ...bound },
      },
    );
    return answer.status.token;
  }

  /** A token that is good until the secret is deleted. */
  async revocableToken(account: string, secret: string): Promise<string> {
    await create(this.api, { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace: NAMESPACE } });
    return this.token(account, secret);
  }

  /** The API server as an account sees it. */
  as(token: string): ApiClient {
    const { server, ca, skipTlsVerify } = readKubeconfig(KUBECONFIG);
    return new ApiClient({ server, ca, skipTlsVerify, token });
  }

  /** Where the API server listens. */
  get server(): URL {
    return new URL(readKubeconfig(KUBECONFIG).server);
  }

  /** A kubeconfig that reads its token from a file, as a pod does. @param server instead of the API server itself. */
  kubeconfig(token: string, server?: string): { readonly path: string; readonly tokenFile: string } {
    const name = String((this.#files += 1));
    const tokenFile = join(this.#folder, `${name}.token`);
    const path = join(this.#folder, `${name}.kubeconfig`);
    writeFileSync(tokenFile, token);
    const access = readKubeconfig(KUBECONFIG);
    const content = { ...access, server: server ?? access.server, user: { tokenFile }, namespace: NAMESPACE };
    writeFileSync(path, kubeconfigText(content));
    return { path, tokenFile };
  }

  /** Does to the control plane what cannot be done through its API. */
  async control(action: '/api-server/kill' | '/api-server/start' | '/etcd/compact'): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const sent = request({ socketPath: E2E_CONTROL, path: action, method: 'POST', agent: false }, (response) => {
        response.resume();
        response.once('end', resolve);
        if (response.statusCode !== 200) reject(new Error(`${action}: status ${response.statusCode}`));
      });
      sent.once('error', reject).end();
    });
  }

  close(): void {
    this.api.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** How often the calls whose ids begin so were executed. Empty where the ledgers cannot be read. */
export function executions(prefix: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of E2E_LEDGER === undefined ? [] : readdirSync(E2E_LEDGER)) {
    for (const id of readFileSync(join(E2E_LEDGER ?? '', file), 'utf8').split('\n')) {
      if (id.startsWith(`${prefix}-`)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** Calls that were executed more than once. */
export function executedTwice(prefix: string): readonly string[] {
  return [...executions(prefix)].filter(([, count]) => count > 1).map(([id]) => id);
}
