import type { Resolver } from 'node:dns/promises';
import { endpointAt, type Endpoint } from '@fairlead/core';
import { dnsCode, dnsFailure, saysNone } from './dns-failure.js';
import type { FoundPods, LookupResult, PodLookup } from './lookup.js';
import type { Names } from './names.js';
import { RecordLookup } from './record-lookup.js';
import { srvAttributes, type SrvFigures } from './srv-attributes.js';

/** Look-ups of targets at a time: a service of 1000 pods must not overrun the buffers of one UDP socket. */
const AT_A_TIME = 16;

interface SrvRecord extends SrvFigures {
  readonly name: string;
  readonly port: number;
}

/**
 * The pods of an SRV name (RFC 2782): hosts with a port, a priority and a weight each, and the addresses of those hosts.
 *
 * A host that does not exist is left out: its pod has just gone. One that could not be looked up fails the whole look-up:
 * an answer that lacks pods for no reason of theirs is no answer. Node.js tells neither the TTL of SRV records nor the
 * addresses that came with them, so each host is looked up, and the TTL is that of the addresses.
 */
export class SrvPods implements PodLookup {
  readonly #service: string;
  readonly #names: Names;
  readonly #client: Resolver;
  /** One for each host, which remembers its family. */
  #hosts = new Map<string, RecordLookup>();

  constructor(service: string, names: Names, client: Resolver) {
    this.#service = service;
    this.#names = names;
    this.#client = client;
  }

  async find(): Promise<FoundPods> {
    const { name, answer: records } = await this.#names.ask(this.#service, (one) => this.#records(one));
    const hosts = await this.#resolveAll([...new Set(records.map((record) => record.name))]);
    const endpoints = endpointsOf(records, hosts);
    if (endpoints.length === 0) throw dnsFailure(name, 'ENODATA', 'SRV record whose host has an A or AAAA');
    const ttls = [...hosts.values()].flatMap(({ ttlSeconds }) => ttlSeconds ?? []);
    return { endpoints, ttlSeconds: Math.min(...ttls), name };
  }

  cancel(): void {
    this.#names.cancel();
    this.#client.cancel();
  }

  async #records(service: string): Promise<readonly SrvRecord[]> {
    try {
      const records = await this.#client.resolveSrv(service);
      // The root as host says that there is decidedly no such service.
      const served = records.filter(({ name }) => name !== '' && name !== '.');
      if (served.length > 0) return served;
    } catch (error) {
      throw dnsFailure(service, dnsCode(error), 'SRV');
    }
    throw dnsFailure(service, 'ENODATA', 'SRV');
  }

  /** What each host that exists has; a few at a time, none after a failure. */
  async #resolveAll(hosts: readonly string[]): Promise<ReadonlyMap<string, LookupResult>> {
    this.#hosts = new Map(hosts.map((host) => [host, this.#hosts.get(host) ?? new RecordLookup(this.#client)]));
    const found = new Map<string, LookupResult>();
    const left = [...this.#hosts];
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [host, lookup] = next;
        const result = await lookup.resolve(host).catch((error: unknown) => {
          if (saysNone(error)) return undefined;
          left.length = 0;
          throw error;
        });
        if (result !== undefined) found.set(host, result);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return found;
  }
}

/** In the order of priorities, so that of two records for one address the one that is served first counts. */
function endpointsOf(
  records: readonly SrvRecord[],
  hosts: ReadonlyMap<string, Pick<LookupResult, 'addresses'>>,
): readonly Endpoint[] {
  const known = records
    .filter(({ name }) => hosts.has(name))
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  const attributes = srvAttributes(known);
  const endpoints = new Map<string, Endpoint>();
  for (const [index, { name, port }] of known.entries()) {
    for (const host of hosts.get(name)?.addresses ?? []) {
      const endpoint = endpointAt({ kind: 'tcp', host, port }, attributes[index]);
      if (!endpoints.has(endpoint.id)) endpoints.set(endpoint.id, endpoint);
    }
  }
  return [...endpoints.values()];
}
