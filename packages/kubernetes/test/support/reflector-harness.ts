import { leakCheck, SeededRandom, VirtualClock } from '@fairlead/testing';
import { ApiClient } from '../../src/api/api-client.js';
import { FreshConfig } from '../../src/cluster/fresh-config.js';
import { SliceApi } from '../../src/api/slice-api.js';
import { fieldsOf } from '../../src/api/json-fields.js';
import { Reflector, type ReflectorSink } from '../../src/watch/reflector.js';
import { ApiServer, type ApiServerOptions } from './api-server.js';
import { certificate } from './certificates.js';
import { settle, until } from './until.js';

/** A store as client-go's tests have it: objects by name, with their versions. */
export class RecordingStore implements ReflectorSink {
  readonly objects = new Map<string, string>();
  readonly errors: string[] = [];
  replaced = 0;
  confirmed: number[] = [];

  replace(objects: readonly unknown[]): void {
    this.objects.clear();
    objects.forEach((object) => this.put(object));
    this.replaced += 1;
  }

  put(object: unknown): void {
    const { name, resourceVersion } = fieldsOf(fieldsOf(object)['metadata']);
    this.objects.set(String(name), String(resourceVersion));
  }

  drop(object: unknown): void {
    this.objects.delete(String(fieldsOf(fieldsOf(object)['metadata'])['name']));
  }

  confirm(startedAt: number): void {
    this.confirmed.push(startedAt);
  }

  failed(error: Error): void {
    this.errors.push(error.message);
  }
}

/** A reflector on a scripted API server, in virtual time over a real connection. */
export class ReflectorHarness {
  readonly clock = new VirtualClock();
  readonly store = new RecordingStore();
  readonly server: ApiServer;
  readonly reflector: Reflector;
  readonly #client: ApiClient;
  readonly #leaks: ReturnType<typeof leakCheck>;

  private constructor(server: ApiServer, leaks: ReturnType<typeof leakCheck>) {
    const config = {
      name: 'test',
      source: 'pod' as const,
      server: server.url,
      ca: server.url.startsWith('https:') ? { kind: 'data' as const, data: certificate('ca.pem') } : undefined,
      serverName: undefined,
      skipTlsVerify: false,
      token: undefined,
      clientCertificate: undefined,
      namespace: 'default',
    };
    this.server = server;
    this.#leaks = leaks;
    this.#client = new ApiClient(new FreshConfig(config, this.clock), this.clock);
    const api = new SliceApi(this.#client, this.clock, 'prod', 'greeter');
    const habits = { streamsLists: true, sendsBookmarks: false };
    this.reflector = new Reflector({ api, clock: this.clock, random: new SeededRandom(7), habits }, this.store);
  }

  /** Starts it. */
  static async start(options: ApiServerOptions = {}): Promise<ReflectorHarness> {
    const leaks = leakCheck();
    const harness = new ReflectorHarness(await ApiServer.start(options), leaks);
    harness.reflector.start();
    return harness;
  }

  /** Waits until the store has these objects, `name@version`. */
  async has(...objects: readonly string[]): Promise<void> {
    const found = (): string => [...this.store.objects].map(([name, version]) => `${name}@${version}`).join(' ');
    await until(() => found() === objects.join(' '), `the store has [${objects.join(' ')}], it has [${found()}]`);
  }

  /** Waits until it sleeps after its n-th failure, and answers for how long it will. */
  async sleepMs(failures: number): Promise<number> {
    await until(() => this.store.errors.length >= failures, `failure ${failures}`);
    await settle();
    return this.clock.nextTimerAt! - this.clock.now();
  }

  /** Moves the time to the end of the pause that begins with the n-th failure. */
  async wake(failures: number): Promise<number> {
    const sleepMs = await this.sleepMs(failures);
    this.clock.advance(sleepMs);
    return sleepMs;
  }

  /** Ends all, and finds what is left. */
  async close(): Promise<void> {
    this.reflector.close();
    this.#client.close();
    await until(() => this.server.open === 0, 'the client closes its connections');
    await this.server.close();
    if (this.clock.pendingTimers > 0) throw new Error(`${this.clock.pendingTimers} timers are left`);
    await this.#leaks.assertNothingLeft();
  }
}
