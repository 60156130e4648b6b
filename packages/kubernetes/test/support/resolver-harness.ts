import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatAddress,
  parseTarget,
  SchemeRegistry,
  type Resolver,
  type ResolverListener,
  type ResolverState,
} from '@fairlead/core';
import { leakCheck, SeededRandom, VirtualClock } from '@fairlead/testing';
import { kubernetesResolver } from '../../src/kubernetes-resolver.js';
import type { KubernetesResolverOptions } from '../../src/options.js';
import { ApiServer, type ApiServerOptions } from './api-server.js';
import { until } from './until.js';

/** A resolver and what it tells. */
export class Told implements ResolverListener {
  readonly states: { readonly state: ResolverState; readonly startedAt: number; readonly at: number }[] = [];
  readonly errors: Error[] = [];
  readonly resolver: Resolver;
  readonly #clock: VirtualClock;

  constructor(resolver: Resolver, clock: VirtualClock) {
    this.resolver = resolver;
    this.#clock = clock;
    resolver.start(this);
  }

  onState(state: ResolverState, startedAt: number): void {
    this.states.push({ state, startedAt, at: this.#clock.now() });
  }

  onError(error: Error): void {
    this.errors.push(error);
  }

  get last(): ResolverState | undefined {
    return this.states.at(-1)?.state;
  }

  /** The addresses of the last state. */
  get addresses(): readonly string[] {
    return (this.last?.endpoints ?? []).map(({ addresses }) => addresses.map(formatAddress).join(' '));
  }

  /** Waits for the n-th state. */
  async state(n: number): Promise<ResolverState> {
    await until(() => this.states.length >= n, `state ${n}`);
    return this.states[n - 1]!.state;
  }

  /** Waits for the n-th error. */
  async error(n: number): Promise<Error> {
    await until(() => this.errors.length >= n, `error ${n}`);
    return this.errors[n - 1]!;
  }
}

/** Resolvers of one cluster, which is a scripted API server, in virtual time over real connections. */
export class ResolverHarness {
  readonly clock = new VirtualClock();
  readonly server: ApiServer;
  readonly directory: string;
  readonly #leaks: ReturnType<typeof leakCheck>;
  readonly #resolvers: Resolver[] = [];

  private constructor(server: ApiServer, leaks: ReturnType<typeof leakCheck>) {
    this.server = server;
    this.#leaks = leaks;
    this.directory = mkdtempSync(join(tmpdir(), 'fairlead-kubernetes-'));
    this.kubeconfig({ server: server.url }, {});
  }

  static async start(options: ApiServerOptions = {}): Promise<ResolverHarness> {
    const leaks = leakCheck();
    return new ResolverHarness(await ApiServer.start(options), leaks);
  }

  /** Writes a file, and answers its path. */
  write(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Writes the kubeconfig of the cluster. */
  kubeconfig(cluster: Readonly<Record<string, unknown>>, user: Readonly<Record<string, unknown>>): string {
    return this.write(
      'config',
      JSON.stringify({
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'team' } }],
        clusters: [{ name: 'test', cluster }],
        users: [{ name: 'test', user }],
      }),
    );
  }

  /** Starts a resolver of a target. */
  resolve(target: string, options: KubernetesResolverOptions = {}): Told {
    const factory = kubernetesResolver({ kubeconfig: join(this.directory, 'config'), ...options });
    const parsed = parseTarget(target, new SchemeRegistry([factory]));
    const context = { clock: this.clock, random: new SeededRandom(1), options: { refreshIntervalMs: 5_000 } };
    const resolver = factory.create(parsed.target, context);
    this.#resolvers.push(resolver);
    return new Told(resolver, this.clock);
  }

  /** Ends all, and finds what is left. */
  async close(): Promise<void> {
    for (const resolver of this.#resolvers) resolver.close();
    await until(() => this.server.open === 0, 'the resolvers close their connections');
    await this.server.close();
    rmSync(this.directory, { recursive: true });
    if (this.clock.pendingTimers > 0) throw new Error(`${this.clock.pendingTimers} timers are left`);
    await this.#leaks.assertNothingLeft();
  }
}
