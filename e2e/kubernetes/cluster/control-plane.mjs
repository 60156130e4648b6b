import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client.mjs';
import { makeCertificates } from './certificates.mjs';
import { kubeconfigText, readKubeconfig } from './kubeconfig.mjs';
import { Program } from './program.mjs';

// EndpointSlices may not have loopback addresses, so the namespace has a network of its own: all of 10.244.0.0/16 is local.
export const API_ADDRESS = '10.244.0.1';
export const DNS_ADDRESS = '10.244.0.10';
const SERVER = `https://${API_ADDRESS}:6443`;
const ETCD = 'http://127.0.0.1:2379';
const READY_MS = 60_000;

/** What was asked of EndpointSlices, by whom: so that tests can see what a client did. */
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources: [{ group: discovery.k8s.io, resources: [endpointslices] }]
  - level: None
`;

/** etcd, API server, controllers, scheduler and CoreDNS. */
export class ControlPlane {
  #folder;
  #programs;
  #onDeath;
  /** A kubeconfig of an administrator. */
  kubeconfig;
  /** JSON lines: requests that concern EndpointSlices. */
  auditLog;

  /** @param onDeath told when a program ends by itself. */
  constructor(folder, binaries, onDeath) {
    this.#folder = folder;
    this.#onDeath = onDeath;
    this.kubeconfig = join(folder, 'admin.kubeconfig');
    this.auditLog = join(folder, 'audit.log');
    mkdirSync(join(folder, 'etcd'));
    const certificates = makeCertificates(folder, [`IP:${API_ADDRESS}`, 'IP:127.0.0.1', 'DNS:kubernetes.default.svc']);
    this.#writeFiles(readFileSync(certificates.ca, 'utf8'));
    const ours = (name, args) => new Program(name, folder, join(binaries, 'control-plane'), [name, ...args]);
    this.#programs = {
      etcd: ours('etcd', this.#etcdArgs()),
      apiServer: ours('kube-apiserver', this.#apiServerArgs(certificates)),
      controllers: ours('kube-controller-manager', this.#controllerArgs(certificates)),
      scheduler: ours('kube-scheduler', [`--kubeconfig=${this.kubeconfig}`, '--leader-elect=false']),
      dns: new Program('coredns', folder, join(binaries, 'coredns'), ['-conf', join(folder, 'Corefile')]),
    };
  }

  async start() {
    const { etcd, controllers, scheduler, dns } = this.#programs;
    etcd.start(this.#onDeath);
    await this.startApiServer();
    for (const program of [controllers, scheduler, dns]) program.start(this.#onDeath);
    await ready('CoreDNS', async () => {
      const response = await globalThis.fetch(`http://${DNS_ADDRESS}:8181/ready`);
      if (!response.ok) throw new Error(`status ${response.status}`);
    });
  }

  async startApiServer() {
    this.#programs.apiServer.start(this.#onDeath);
    const admin = new ApiClient(readKubeconfig(this.kubeconfig));
    await ready('the API server', () => admin.text('/readyz')).finally(() => admin.close());
  }

  /** As by a power cut. */
  killApiServer() {
    return this.#programs.apiServer.stop('SIGKILL');
  }

  /** Forgets the history up to now. @returns {Promise<number>} the revision */
  async compact() {
    const ask = async (path, body) => {
      const response = await globalThis.fetch(`${ETCD}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`etcd: ${path}: ${await response.text()}`);
      return response.json();
    };
    const { header } = await ask('range', { key: Buffer.from('none').toString('base64') });
    await ask('compaction', { revision: header.revision, physical: true });
    return Number(header.revision);
  }

  /** In the order in which nobody complains. */
  async stop() {
    const { etcd, apiServer, ...others } = this.#programs;
    await Promise.all(Object.values(others).map((program) => program.stop('SIGKILL')));
    await apiServer.stop('SIGKILL');
    await etcd.stop('SIGKILL');
  }

  #writeFiles(ca) {
    const token = randomBytes(24).toString('hex');
    const write = (name, text) => writeFileSync(join(this.#folder, name), text, { mode: 0o600 });
    write('tokens.csv', `${token},e2e-admin,e2e-admin,"system:masters"\n`);
    write('admin.kubeconfig', kubeconfigText({ server: SERVER, ca, user: { token } }));
    write('audit-policy.yaml', AUDIT_POLICY);
    write(
      'Corefile',
      `.:53 {
    bind ${DNS_ADDRESS}
    errors
    ready ${DNS_ADDRESS}:8181
    kubernetes cluster.local {
        kubeconfig ${this.kubeconfig}
        ttl 5
    }
}
`,
    );
  }

  #etcdArgs() {
    return [
      '--name=e2e',
      `--data-dir=${join(this.#folder, 'etcd')}`,
      `--listen-client-urls=${ETCD}`,
      `--advertise-client-urls=${ETCD}`,
      '--listen-peer-urls=http://127.0.0.1:2380',
      '--initial-advertise-peer-urls=http://127.0.0.1:2380',
      '--initial-cluster=e2e=http://127.0.0.1:2380',
      // Nothing here has to survive a power cut.
      '--unsafe-no-fsync',
    ];
  }

  #apiServerArgs({ certificate, key, tokenKey, tokenPublicKey }) {
    return [
      `--etcd-servers=${ETCD}`,
      '--bind-address=0.0.0.0',
      '--secure-port=6443',
      `--advertise-address=${API_ADDRESS}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.244.128.0/24',
      `--cert-dir=${this.#folder}`,
      `--tls-cert-file=${certificate}`,
      `--tls-private-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${tokenPublicKey}`,
      `--service-account-signing-key-file=${tokenKey}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(this.#folder, 'tokens.csv')}`,
      // It would wait for tokens that nobody mounts.
      '--disable-admission-plugins=ServiceAccount',
      `--audit-policy-file=${join(this.#folder, 'audit-policy.yaml')}`,
      `--audit-log-path=${this.auditLog}`,
    ];
  }

  #controllerArgs({ ca, tokenKey }) {
    const controllers = [
      'deployment-controller',
      'replicaset-controller',
      'endpointslice-controller',
      'serviceaccount-controller',
      'root-ca-certificate-publisher-controller',
      'namespace-controller',
      'garbage-collector-controller',
    ];
    return [
      `--kubeconfig=${this.kubeconfig}`,
      '--leader-elect=false',
      `--controllers=${controllers.join(',')}`,
      `--root-ca-file=${ca}`,
      `--service-account-private-key-file=${tokenKey}`,
    ];
  }
}

async function ready(what, check) {
  const end = performance.now() + READY_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw new Error(`${what} is not ready after ${READY_MS} ms`, { cause: error });
    }
    await sleep(50);
  }
}
