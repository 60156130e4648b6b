import { InvalidOptionError, UnsupportedPlatformError } from '@fairlead/core';
import { SeededRandom } from '../random/seeded-random.js';
import { AddressPool } from './address-pool.js';
import { ClusterIp } from './cluster-ip.js';
import { resolveClusterOptions, type LocalClusterOptions, type ResolvedClusterOptions } from './cluster-options.js';
import { resolveDeploymentOptions, type DeploymentOptions } from './deployment-options.js';
import { Deployment, type PodTemplate } from './deployment.js';
import { DnsServer } from './dns-server.js';
import { Endpoints } from './endpoints.js';
import { EventLog, type ClusterEvent } from './event-log.js';
import { Launcher } from './launcher.js';
import { Ledger } from './ledger.js';
import { OwnedTimers } from './owned-timers.js';
import type { PodHost } from './pod-spec.js';
import { Pod } from './pod.js';

/** How many networks are tried when the port is taken in the ones drawn before. */
const NETWORK_ATTEMPTS = 20;

/**
 * A small Kubernetes on one machine, without containers: real processes with addresses of their own as pods, a
 * deployment controller, readiness and endpoints with realistic delays, a headless name on a real DNS server, and a
 * cluster IP. For testing what a gRPC client does in a rolling update, when pods die, freeze or slow down.
 *
 * Linux only: other systems answer on 127.0.0.1 alone, and lack signals that it needs. DNS server and cluster IP run in
 * this process, so that `events` tells exactly when they knew what; both are idle except for a query or a connection. Pods
 * are started by a process of its own, and all end when this one does, however it ends.
 *
 * @example
 * ```ts
 * const cluster = await LocalCluster.start({ seed: 1 });
 * const greeter = cluster.deployment({ script: new URL('pod.mjs', import.meta.url), replicas: 5 });
 * await cluster.settled();
 * const channel = createChannel(cluster.dnsTarget, credentials.createInsecure());
 * greeter.rollTo('v2');
 * await cluster.settled();
 * cluster.ledger.executedTwice(); // ids of requests that ran twice
 * await cluster.close();
 * ```
 */
export class LocalCluster {
  /** The seed that repeats the delays of this cluster. */
  readonly seed: number;
  /** The port of all pods. */
  readonly port: number;
  /** Answers the headless name. */
  readonly dnsServer: DnsServer;
  /** Which requests were executed how often. */
  readonly ledger: Ledger;
  readonly #addresses: AddressPool;
  readonly #clusterIp: ClusterIp;
  readonly #endpoints: Endpoints;
  readonly #log = new EventLog();
  readonly #timers = new OwnedTimers();
  readonly #podHost: PodHost;
  readonly #deployments: Deployment[] = [];
  readonly #pods: Pod[] = [];
  readonly #launcher: Launcher;

  private constructor(
    options: ResolvedClusterOptions,
    addresses: AddressPool,
    clusterIp: ClusterIp,
    random: SeededRandom,
  ) {
    const timers = this.#timers;
    this.seed = options.seed;
    this.port = options.port;
    this.ledger = new Ledger();
    this.#addresses = addresses;
    this.#clusterIp = clusterIp;
    this.#endpoints = new Endpoints({ timers, random: random.fork(), propagationMs: options.endpointPropagationMs });
    this.dnsServer = new DnsServer({
      name: options.serviceName,
      ttlSeconds: options.dnsTtlSeconds,
      addresses: () => this.#endpoints.published.map((pod) => pod.host),
      random: random.fork(),
    });
    this.#launcher = new Launcher(this.ledger.directory);
    this.#podHost = {
      launcher: this.#launcher,
      timers,
      random: random.fork(),
      log: this.#log,
      kubeletSyncMs: options.kubeletSyncMs,
      changed: (pod) => this.#podChanged(pod),
    };
  }

  /**
   * Starts DNS server and cluster IP; pods come with {@link deployment}.
   * @throws UnsupportedPlatformError elsewhere than on Linux; InvalidOptionError.
   */
  static async start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
    if (process.platform !== 'linux') {
      throw new UnsupportedPlatformError('LocalCluster', 'it needs the addresses 127.0.0.0/8 and the signals of Linux');
    }
    const resolved = resolveClusterOptions(options);
    const random = new SeededRandom(resolved.seed);
    // The cluster IP comes first: its port is what tells whether another cluster has the network.
    const published = { pods: (): readonly Pod[] => [] };
    const clusterIp = new ClusterIp({ backends: () => published.pods(), random: random.fork() });
    const addresses = await listenInFreeNetwork(clusterIp, resolved.port);
    const cluster = new LocalCluster(resolved, addresses, clusterIp, random);
    published.pods = () => cluster.published();
    await cluster.dnsServer.listen();
    return cluster;
  }

  /** `dns://127.0.0.1:53535/pods.default.svc.cluster.local:50051`: for clients that let the target name a DNS server. */
  get dnsTarget(): string {
    return `dns://${this.dnsServer.address}/${this.dnsServer.name}:${this.port}`;
  }

  /** `dns:///pods.default.svc.cluster.local:50051`: the same for clients that ask the system; see `installLookup`. */
  get plainDnsTarget(): string {
    return `dns:///${this.dnsServer.name}:${this.port}`;
  }

  /** `127.x.y.1:50051`: each connection to it goes to one pod, for life. */
  get clusterIpAddress(): string {
    return `${this.#addresses.own}:${this.port}`;
  }

  /** All that happened, in order. */
  get events(): readonly ClusterEvent[] {
    return this.#log.events;
  }

  /** Calls `listener` with each event from now on, until the returned function is called. */
  subscribe(listener: (event: ClusterEvent) => void): () => void {
    return this.#log.subscribe(listener);
  }

  /**
   * Starts pods. A cluster may have several deployments; one service, with its name and cluster IP, covers them all.
   * @throws InvalidOptionError
   */
  deployment(options: DeploymentOptions): Deployment {
    const resolved = resolveDeploymentOptions(options);
    if (this.#deployments.some((deployment) => deployment.name === resolved.name)) {
      throw new InvalidOptionError('name', resolved.name, 'a name that no other deployment of the cluster has');
    }
    const createPod = (template: PodTemplate): Pod => this.#createPod(template);
    const host = { timers: this.#timers, log: this.#log, createPod };
    const deployment = new Deployment(resolved, host);
    this.#deployments.push(deployment);
    return deployment;
  }

  /** All pods that there were, oldest first, those included that are gone. */
  pods(): readonly Pod[] {
    return this.#pods;
  }

  /** The pods that DNS and the cluster IP answer with, in order of their publication. */
  published(): readonly Pod[] {
    return this.#endpoints.published;
  }

  /**
   * Resolves when every deployment is rolled out and DNS tells exactly its pods. Pods that are being deleted may still
   * run. Rejects as {@link Deployment.rolledOut} does.
   */
  settled(): Promise<void> {
    return this.until(() => {
      const wanted = this.#deployments.reduce((total, deployment) => total + deployment.replicas, 0);
      const published = this.published();
      return (
        this.#deployments.every((deployment) => deployment.isRolledOut()) &&
        published.length === wanted &&
        published.every((pod) => pod.ready)
      );
    });
  }

  /** Resolves when `done` answers true, rejects when it throws or the cluster is closed. Asked now and after each event. */
  until(done: () => boolean): Promise<void> {
    return this.#log.until(done);
  }

  /** Kills all pods, waits for their ends, and closes everything. Events and ledger stay readable. Idempotent. */
  async close(): Promise<void> {
    for (const deployment of this.#deployments) deployment.close();
    this.#timers.close();
    await Promise.all(this.#pods.map((pod) => pod.destroy()));
    await Promise.all([this.dnsServer.close(), this.#clusterIp.close()]);
    await this.#launcher.close();
    this.ledger.close();
    this.#log.close();
  }

  #createPod(template: PodTemplate): Pod {
    const address = { host: this.#addresses.next(), port: this.port };
    const pod = new Pod({ ...template, ...address, ledgerFile: this.ledger.open(template.name) }, this.#podHost);
    this.#pods.push(pod);
    return pod;
  }

  #podChanged(pod: Pod): void {
    this.#endpoints.podChanged(pod);
    for (const deployment of this.#deployments) deployment.podChanged(pod);
  }
}

async function listenInFreeNetwork(clusterIp: ClusterIp, port: number): Promise<AddressPool> {
  for (let attempt = 1; ; attempt++) {
    const addresses = AddressPool.random();
    try {
      await clusterIp.listen(addresses.own, port);
      return addresses;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === NETWORK_ATTEMPTS) throw error;
    }
  }
}
