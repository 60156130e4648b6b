import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@fairlead/testing';
import type { ApiClient } from '../cluster/api-client.mjs';
import { NAMESPACE } from './cluster-under-test.js';
import { collectionPath, create } from './objects.mjs';

const PORT = 50_061;
const POD_SCRIPT = fileURLToPath(new URL('../../pods/pod.mjs', import.meta.url));

interface Seat {
  /** Whoever takes an address over is another pod. */
  uid: string;
  readonly address: string;
  ready: boolean;
  slice: number;
}

/**
 * A Service of very many endpoints, in EndpointSlices that are written here. One process answers at all of their addresses:
 * in a network of our own each address is this machine.
 */
export class Crowd {
  readonly #api: ApiClient;
  readonly #random: SeededRandom;
  readonly #seats: Seat[];
  readonly #slices: number;
  readonly #process: ChildProcess;
  #uids = 0;

  private constructor(api: ApiClient, size: number, slices: number, seed: number) {
    this.#api = api;
    this.#slices = slices;
    this.#random = new SeededRandom(seed);
    this.#seats = Array.from({ length: size }, (_, index) => ({
      uid: this.#newUid(),
      address: `10.244.${64 + Math.floor(index / 250)}.${1 + (index % 250)}`,
      ready: true,
      slice: index % slices,
    }));
    this.#process = spawn(process.execPath, [POD_SCRIPT], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        FAIRLEAD_POD_NAME: 'crowd',
        FAIRLEAD_POD_ADDRESS: `0.0.0.0:${PORT}`,
        FAIRLEAD_POD_VERSION: 'v1',
        FAIRLEAD_POD_MODE: 'rude',
        FAIRLEAD_POD_LATENCY_MS: '1',
        FAIRLEAD_POD_LEDGER: join(process.env['E2E_LEDGER'] ?? '', 'crowd.ids'),
      },
    });
  }

  static async start(api: ApiClient, size: number, slices: number, seed: number): Promise<Crowd> {
    const crowd = new Crowd(api, size, slices, seed);
    const metadata = { name: 'crowd', namespace: NAMESPACE };
    const ports = [{ name: 'grpc', port: PORT }];
    await create(api, { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports } });
    for (let slice = 0; slice < slices; slice += 1) await create(api, crowd.#objectOf(slice));
    return crowd;
  }

  /** Uids of those that may be called. */
  get ready(): readonly string[] {
    return this.#seats.flatMap(({ uid, ready }) => (ready ? [uid] : [])).sort();
  }

  /** Something happens to one of them: it moves to another slice, is replaced, stops or begins to be ready. */
  async change(): Promise<void> {
    const seat = this.#seats[this.#below(this.#seats.length)];
    if (seat === undefined) return;
    const { slice } = seat;
    const what = this.#below(3);
    if (what === 0) seat.slice = this.#below(this.#slices);
    else if (what === 1) seat.uid = this.#newUid();
    else seat.ready = !seat.ready;
    // Of a move, either slice may be written first: it is in both for a moment, or in none.
    const written = [...new Set([slice, seat.slice])];
    if (this.#below(2) === 0) written.reverse();
    for (const each of written) await this.#write(each);
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  async #write(slice: number): Promise<void> {
    await this.#api.put(`${collectionPath('EndpointSlice', NAMESPACE)}/crowd-${slice}`, this.#objectOf(slice));
  }

  #objectOf(slice: number): unknown {
    const labels = { 'kubernetes.io/service-name': 'crowd', 'endpointslice.kubernetes.io/managed-by': 'fairlead-e2e' };
    const seats = this.#seats.filter((seat) => seat.slice === slice);
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `crowd-${slice}`, namespace: NAMESPACE, labels },
      addressType: 'IPv4',
      ports: [{ name: 'grpc', port: PORT, protocol: 'TCP' }],
      endpoints: seats.map(({ uid, address, ready }) => ({
        addresses: [address],
        conditions: { ready, serving: ready, terminating: false },
        targetRef: { kind: 'Pod', namespace: NAMESPACE, name: uid, uid },
      })),
    };
  }

  #newUid(): string {
    return `crowd-${(this.#uids += 1)}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }
}
