import type { BalancingPolicy } from '@fairlead/core';
import { DEFAULT_DRAIN_GRACE_MS, type ClientOptions } from '../client/client-options.js';
import { Observers } from '../client/observers.js';
import { SimClient } from '../client/sim-client.js';
import type { Engine } from '../engine/engine.js';
import { clientInvariants } from '../invariants/client-invariants.js';
import { DrainInvariant } from '../invariants/drain-invariant.js';
import type { Arrivals } from '../models/arrivals.js';
import { Deployment } from '../models/deployment.js';
import type { DeploymentOptions } from '../models/deployment-options.js';
import { EndpointFeed, type FeedLag } from '../models/endpoint-feed.js';
import type { Pod } from '../models/pod.js';
import type { ClientPlace } from '../policies.js';
import { Recorder } from '../report/recorder.js';
import { TraceObserver } from '../report/trace-observer.js';

/** A client as a scenario wants it; the world adds its policy. */
export interface ClientTemplate extends Omit<ClientOptions, 'createPolicy' | 'name'> {
  readonly lag: FeedLag;
  readonly arrivals: (engine: Engine, name: string) => Arrivals;
}

/** Makes a client: the real one, or a broken one to see that an invariant holds it. */
export type CreateClient = (...args: ConstructorParameters<typeof SimClient>) => SimClient;

/** One target: its pods, its clients, and whatever happens to them. */
export class World {
  readonly engine: Engine;
  readonly recorder: Recorder;
  readonly #feed: EndpointFeed;
  readonly #policyFor: (place: ClientPlace) => BalancingPolicy;
  readonly #createClient: CreateClient;
  readonly #clients: SimClient[] = [];
  readonly #arrivals: Arrivals[] = [];
  readonly #drains: DrainInvariant;
  #deployment: Deployment | undefined;
  #podById = new Map<string, Pod>();

  constructor(
    engine: Engine,
    policyFor: (place: ClientPlace) => BalancingPolicy,
    createClient: CreateClient = (...args) => new SimClient(...args),
  ) {
    this.engine = engine;
    this.recorder = new Recorder(engine);
    this.#feed = new EndpointFeed(engine);
    this.#policyFor = policyFor;
    this.#createClient = createClient;
    this.#drains = new DrainInvariant(engine);
    engine.afterEachStep = (now) => this.#drains.stepped(now);
  }

  get clients(): readonly SimClient[] {
    return this.#clients;
  }

  /** @throws Error before {@link deploy}. */
  get deployment(): Deployment {
    if (this.#deployment === undefined) throw new Error('nothing is deployed');
    return this.#deployment;
  }

  /** All pods that ever were, in the order in which they were made. */
  get pods(): readonly Pod[] {
    return this.#deployment?.pods ?? [];
  }

  /** The longest that any call may take, in ms. */
  get longestDeadlineMs(): number {
    return Math.max(0, ...this.#clients.map(({ options }) => options.deadlineMs));
  }

  deploy(options: DeploymentOptions): Deployment {
    this.#deployment = new Deployment(this.engine, this.#feed, options);
    return this.#deployment;
  }

  /** @param template called once for each. */
  addClients(count: number, template: (index: number) => ClientTemplate): void {
    for (let index = 0; index < count; index++) this.#addClient(template(index), index, count);
  }

  at(timeMs: number, action: () => void): void {
    this.engine.at(timeMs, action);
  }

  stopArrivals(): void {
    for (const arrivals of this.#arrivals) arrivals.stop();
  }

  closeClients(): void {
    for (const client of this.#clients) client.close();
  }

  #addClient({ lag, arrivals, ...template }: ClientTemplate, index: number, count: number): void {
    const { engine } = this;
    const name = `client-${index}`;
    const place = { index, count, zone: template.zone };
    const options: ClientOptions = { ...template, name, createPolicy: () => this.#policyFor(place) };
    const { drainGraceMs: graceMs = DEFAULT_DRAIN_GRACE_MS } = template;
    const invariants = clientInvariants(engine, options, () => client);
    const tracing = engine.traces ? [new TraceObserver(engine, name)] : [];
    const observers = new Observers([...invariants, this.#drains.watch(graceMs), this.recorder, ...tracing]);
    const client = this.#createClient(engine, options, observers, (id) => this.#podOf(id));
    this.#clients.push(client);
    this.#feed.subscribe(name, lag, (endpoints) => client.learn(endpoints));
    const load = arrivals(engine, name);
    this.#arrivals.push(load);
    load.start((onEnd) => client.call(onEnd));
  }

  #podOf(id: string): Pod {
    const { pods } = this;
    if (this.#podById.size < pods.length) this.#podById = new Map(pods.map((pod) => [pod.id, pod]));
    return this.#podById.get(id)!;
  }
}
