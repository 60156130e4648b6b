import { createChannel } from 'fairlead';
import * as grpc from '@grpc/grpc-js';
import type { LocalCluster } from '@fairlead/testing';
import { WorkClient } from './service.js';

/** The clients that are compared, by their name on the command line. */
export const CLIENT_NAMES = ['clusterip', 'round-robin', 'round-robin-retry', 'fairlead'] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

/** One kind of client: what it is called in the report, and how it is made. */
export interface ClientKind {
  readonly title: string;
  readonly connect: (cluster: LocalCluster) => WorkClient;
}

const insecure = grpc.credentials.createInsecure();
const ROUND_ROBIN = { loadBalancingConfig: [{ round_robin: {} }] };
const RETRY_UNAVAILABLE = {
  maxAttempts: 4,
  initialBackoff: '0.05s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

export const CLIENTS: Readonly<Record<ClientName, ClientKind>> = {
  clusterip: {
    title: 'grpc-js, ClusterIP',
    connect: (cluster) => new WorkClient(cluster.clusterIpAddress, insecure),
  },
  'round-robin': {
    title: 'grpc-js, round_robin over DNS',
    connect: (cluster) => stock(cluster, ROUND_ROBIN),
  },
  'round-robin-retry': {
    title: 'the same + retryPolicy',
    connect: (cluster) =>
      stock(cluster, { ...ROUND_ROBIN, methodConfig: [{ name: [{}], retryPolicy: RETRY_UNAVAILABLE }] }),
  },
  fairlead: {
    title: 'Fairlead over DNS',
    connect: (cluster) =>
      new WorkClient(cluster.dnsTarget, insecure, {
        channelOverride: createChannel(cluster.dnsTarget, insecure, { refreshIntervalMs: 1_000 }),
      }),
  },
};

function stock(cluster: LocalCluster, serviceConfig: object): WorkClient {
  return new WorkClient(cluster.dnsTarget, insecure, { 'grpc.service_config': JSON.stringify(serviceConfig) });
}
