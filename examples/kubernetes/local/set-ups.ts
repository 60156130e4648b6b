import type { LocalCluster } from '@fairlead/testing';

/** How many connections `post-api` may have by HTTP/1.1 in the second set-up: as many as users read at a time. */
export const CONNECTIONS = 10;
/** Much shorter than anybody would set it, so that some seconds show what an hour with five minutes would. */
export const MAX_CONNECTION_AGE_MS = 1_000;

/** One way from `post-api` to `post-storage`. */
export interface SetUp {
  readonly name: string;
  readonly title: string;
  /** Environment of the pods of post-storage. */
  readonly storageEnv: Readonly<Record<string, string>>;
  /** Environment of the pods of post-api. */
  readonly apiEnv: (storage: LocalCluster) => Readonly<Record<string, string>>;
}

const overHttp = (connections: number): SetUp['apiEnv'] => {
  return ({ clusterIpAddress }) => ({
    STORAGE_CLIENT: 'http',
    STORAGE_TARGET: clusterIpAddress,
    STORAGE_CONNECTIONS: String(connections),
  });
};

const overClusterIp: SetUp['apiEnv'] = ({ clusterIpAddress }) => ({
  STORAGE_CLIENT: 'grpc',
  STORAGE_TARGET: clusterIpAddress,
});

/** What is compared, in the order of the table. */
export const SET_UPS: readonly SetUp[] = [
  {
    name: 'http-1',
    title: 'HTTP/1.1, 1 connection',
    storageEnv: { PROTOCOL: 'http' },
    apiEnv: overHttp(1),
  },
  {
    name: 'http-n',
    title: `HTTP/1.1, ${CONNECTIONS} connections`,
    storageEnv: { PROTOCOL: 'http' },
    apiEnv: overHttp(CONNECTIONS),
  },
  { name: 'grpc', title: 'gRPC, ClusterIP', storageEnv: {}, apiEnv: overClusterIp },
  {
    name: 'grpc-max-age',
    title: `the same, max age ${MAX_CONNECTION_AGE_MS / 1_000} s`,
    storageEnv: { MAX_CONNECTION_AGE_MS: String(MAX_CONNECTION_AGE_MS) },
    apiEnv: overClusterIp,
  },
  {
    name: 'fairlead',
    title: 'gRPC, Fairlead',
    storageEnv: {},
    apiEnv: ({ dnsTarget }) => ({ STORAGE_CLIENT: 'fairlead', STORAGE_TARGET: dnsTarget }),
  },
];
