import { roundRobin } from '@fairlead/core';
import type { PoolOptions } from '../../src/options.js';
import type { FakeCall, FakeChannel } from './fake-channel.js';
import { pod, VirtualPool } from './virtual-pool.js';

export const PATH = '/grpc.health.v1.Health/Watch';
/** What a server says, by number. */
export const UNKNOWN = 0;
export const SERVING = 1;
export const NOT_SERVING = 2;
export const SERVICE_UNKNOWN = 3;

/** A pool that checks `foo`, its pods connected. */
export function checked(count: number, options: PoolOptions = {}): VirtualPool {
  const virtual = new VirtualPool({ balancing: roundRobin(), ...options });
  virtual.pool.setHealthCheck('foo');
  virtual.pool.connect();
  virtual.resolver.push(Array.from({ length: count }, (_, index) => pod(index + 1)));
  for (const channel of [...virtual.channels]) channel.ready();
  return virtual;
}

/** The same, and all are well. */
export function healthy(count: number, options: PoolOptions = {}): VirtualPool {
  const virtual = checked(count, options);
  for (let n = 1; n <= count; n += 1) say(virtual.channel(n), SERVING);
  return virtual;
}

/** The watches on a connection, oldest first. */
export const watchesOn = ({ calls }: FakeChannel): readonly FakeCall[] => calls.filter(({ path }) => path === PATH);
export const watchOn = (channel: FakeChannel): FakeCall => watchesOn(channel).at(-1)!;
export const isOpen = (watch: FakeCall): boolean => !watch.ended && !watch.did.includes('cancel');
export const openOn = (channel: FakeChannel): number => watchesOn(channel).filter(isOpen).length;
export const requestOf = ({ did }: FakeCall): string => did[1]!;
/** What a watch sends to ask for a service. */
export const asking = (service: string): string =>
  `message ${service === '' ? '' : `\n${String.fromCharCode(service.length)}${service}`}`;

/** The server at the other end says this on its newest watch. */
export function say(channel: FakeChannel, answer: number): void {
  watchOn(channel).respond(Buffer.from(answer === 0 ? [] : [8, answer]));
}

export const stateOf = (virtual: VirtualPool, n: number): string => {
  const member = virtual.pool.snapshot().members.find(({ endpoint }) => endpoint.id === pod(n).id);
  return member!.connectivity;
};

/** From which connectivity to which pods come from now on. */
export function changesOf(virtual: VirtualPool): string[] {
  const changes: string[] = [];
  virtual.pool.on('member', ({ from, to }) => changes.push(`${from} → ${to}`));
  return changes;
}
