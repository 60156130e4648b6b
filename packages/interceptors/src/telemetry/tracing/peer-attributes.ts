import { isIP } from 'node:net';
import type { Address, Endpoint } from '@fairlead/core';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTES } from './attributes.js';

/**
 * Where an attempt went: what its connection says, else the first address of its pod. A call that has no connection
 * answers `unknown` or its target, which is no address.
 */
export function peerAttributes(peer: string, endpoint: Endpoint | undefined): Attributes {
  const address = parsePeer(peer) ?? endpoint?.addresses[0];
  if (address === undefined) return {};
  if (address.kind !== 'tcp')
    return { [ATTRIBUTES.peerAddress]: address.kind === 'unix' ? address.path : address.target };
  return { [ATTRIBUTES.peerAddress]: address.host, [ATTRIBUTES.peerPort]: address.port };
}

/** The pod, as far as its resolver knows it. */
export function memberAttributes({ id, attributes: { pod, node, zone } }: Endpoint): Attributes {
  return {
    [ATTRIBUTES.memberId]: id,
    ...(pod === undefined ? {} : { [ATTRIBUTES.memberPod]: pod }),
    ...(node === undefined ? {} : { [ATTRIBUTES.memberNode]: node }),
    ...(zone === undefined ? {} : { [ATTRIBUTES.memberZone]: zone }),
  };
}

function parsePeer(peer: string): Address | undefined {
  const unix = /^unix:(?:\/\/)?(.+)$/.exec(peer);
  if (unix) return { kind: 'unix', path: unix[1]! };
  // grpc-js writes an IPv6 address with its port in brackets.
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(peer) ?? [];
  const host = bracketed ?? plain ?? '';
  return isIP(host) === 0 ? undefined : { kind: 'tcp', host, port: Number(port) };
}
