/** JSON of the API server, as small as it may be. */
export interface PodJson {
  readonly addresses: readonly string[];
  readonly conditions?: Readonly<Record<string, boolean | null>>;
  readonly targetRef?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Fields of a slice that a test wants otherwise. */
export interface SliceFields {
  readonly version?: string;
  readonly addressType?: string;
  readonly ports?: unknown;
  readonly service?: string;
}

/** A pod at `10.0.0.<n>` with the uid `uid-<n>`. */
export function pod(n: number, fields: Readonly<Record<string, unknown>> = {}): PodJson {
  return {
    addresses: [`10.0.${Math.floor(n / 250)}.${n % 250}`],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: 'Pod', name: `pod-${n}`, uid: `uid-${n}` },
    ...fields,
  };
}

/** The same pod by its IPv6 address. */
export function pod6(n: number, fields: Readonly<Record<string, unknown>> = {}): PodJson {
  return { ...pod(n), addresses: [`fd00::${n.toString(16)}`], ...fields };
}

export const NOT_READY = { conditions: { ready: false, serving: false, terminating: false } };
export const TERMINATING = { conditions: { ready: false, serving: true, terminating: true } };
export const STOPPED = { conditions: { ready: false, serving: false, terminating: true } };

export const GRPC_PORT = { name: 'grpc', port: 50_051, protocol: 'TCP' };

export function slice(name: string, pods: unknown, fields: SliceFields = {}): Readonly<Record<string, unknown>> {
  const { version = '1', addressType = 'IPv4', ports = [GRPC_PORT], service = 'greeter' } = fields;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, resourceVersion: version, labels: { 'kubernetes.io/service-name': service } },
    addressType,
    endpoints: pods,
    ports,
  };
}
