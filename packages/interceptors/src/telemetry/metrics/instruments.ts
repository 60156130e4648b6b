/** Names that switch on several instruments at once. */
export const INSTRUMENT_GROUPS = ['rpc', 'fairlead', 'grpc', 'grpc-retry', 'grpc-subchannel', 'grpc-lb'] as const;

export type InstrumentGroup = (typeof INSTRUMENT_GROUPS)[number];

/** On when `instruments` is not given: the standard call duration, and what costs nothing on the way of a call. */
export const DEFAULT_GROUPS: readonly InstrumentGroup[] = ['rpc', 'fairlead'];

/** One instrument. `docs/reference/metrics.md` is compared with this list, in both directions, by a test. */
export interface InstrumentSpec {
  readonly name: string;
  readonly group: InstrumentGroup;
  readonly kind: 'Histogram' | 'Counter' | 'ObservableCounter' | 'ObservableUpDownCounter' | 'ObservableGauge';
  /** UCUM. */
  readonly unit: string;
  readonly attributes: readonly string[];
  readonly description: string;
  readonly boundaries?: readonly number[];
  /** How the values of several channels become one. Default their sum. */
  readonly merge?: 'max';
  /** Who defined it. */
  readonly source: string;
}

/** OpenTelemetry semantic conventions, RPC metrics. */
const RPC_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** gRFC A66. */
const GRPC_SECONDS = [
  0, 0.00001, 0.00005, 0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.013,
  0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 2, 5, 10,
  20, 50, 100,
];

/** gRFC A66. */
const GRPC_BYTES = [
  0, 1024, 2048, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456, 1073741824, 4294967296,
];

/** gRFC A96. */
const FEW = [1, 2, 3, 4, 5];

const CALL = ['grpc.method', 'grpc.target'];
const ENDED = [...CALL, 'grpc.status'];
const TARGET = ['grpc.target'];
const BREAKER = ['rpc.method', 'fairlead.circuit_breaker.state', 'grpc.target'];
const BULKHEAD = ['fairlead.bulkhead.name', 'fairlead.bulkhead.algorithm', 'grpc.target'];
const MEMBER = ['fairlead.member', 'grpc.target'];
const OURS = { group: 'fairlead', source: 'Fairlead' } as const;
const A66 = { group: 'grpc', source: 'gRFC A66' } as const;
const A94 = { group: 'grpc-subchannel', source: 'gRFC A94' } as const;
const METHOD = 'grpc.lb.outlier_detection.detection_method';
const A91 = { group: 'grpc-lb', source: 'gRFC A91', kind: 'ObservableCounter', unit: '{ejection}' } as const;
const A96 = { group: 'grpc-retry', source: 'gRFC A96', attributes: CALL, kind: 'Histogram' } as const;

export const INSTRUMENTS = [
  {
    name: 'rpc.client.call.duration',
    group: 'rpc',
    source: 'OpenTelemetry semantic conventions 1.45',
    kind: 'Histogram',
    unit: 's',
    boundaries: RPC_SECONDS,
    attributes: ['rpc.system.name', 'rpc.method', 'rpc.status_code', 'error.type', 'server.address', 'server.port'],
    description: 'Duration of a call, all of its attempts and the waits between them included',
  },
  {
    ...A66,
    name: 'grpc.client.call.duration',
    kind: 'Histogram',
    unit: 's',
    boundaries: GRPC_SECONDS,
    attributes: ENDED,
    description: 'Time that a call takes from the perspective of the application',
  },
  {
    ...A66,
    name: 'grpc.client.attempt.started',
    kind: 'Counter',
    unit: '{attempt}',
    attributes: CALL,
    description: 'Attempts that were started, those that are not complete included',
  },
  {
    ...A66,
    name: 'grpc.client.attempt.duration',
    kind: 'Histogram',
    unit: 's',
    boundaries: GRPC_SECONDS,
    attributes: ENDED,
    description: 'Time that an attempt takes, the wait for a pod included',
  },
  {
    ...A66,
    name: 'grpc.client.attempt.sent_total_compressed_message_size',
    kind: 'Histogram',
    unit: 'By',
    boundaries: GRPC_BYTES,
    attributes: ENDED,
    description: 'Bytes of all request messages of an attempt, before compression, without framing and metadata',
  },
  {
    ...A66,
    name: 'grpc.client.attempt.rcvd_total_compressed_message_size',
    kind: 'Histogram',
    unit: 'By',
    boundaries: GRPC_BYTES,
    attributes: ENDED,
    description: 'Bytes of all response messages of an attempt, after decompression, without framing and metadata',
  },
  {
    ...A96,
    name: 'grpc.client.call.retries',
    unit: '{retry}',
    boundaries: FEW,
    description: 'Retries of a call, transparent ones not counted; calls without any are not reported',
  },
  {
    ...A96,
    name: 'grpc.client.call.transparent_retries',
    unit: '{transparent_retry}',
    boundaries: [...FEW, 10],
    description: 'Transparent retries of a call; calls without any are not reported',
  },
  {
    ...A96,
    name: 'grpc.client.call.hedges',
    unit: '{hedge}',
    boundaries: FEW,
    description: 'Hedges of a call; calls without any are not reported',
  },
  {
    ...A96,
    name: 'grpc.client.call.retry_delay',
    unit: 's',
    boundaries: GRPC_SECONDS,
    description: 'Time of a call in which no attempt was under way after the first; calls without any are not reported',
  },
  {
    ...A94,
    name: 'grpc.subchannel.disconnections',
    kind: 'ObservableCounter',
    unit: '{disconnection}',
    attributes: ['grpc.disconnect_error', ...TARGET],
    description: 'Connections that ended',
  },
  {
    ...A94,
    name: 'grpc.subchannel.connection_attempts_succeeded',
    kind: 'ObservableCounter',
    unit: '{attempt}',
    attributes: TARGET,
    description: 'Connections that were made',
  },
  {
    ...A94,
    name: 'grpc.subchannel.connection_attempts_failed',
    kind: 'ObservableCounter',
    unit: '{attempt}',
    attributes: TARGET,
    description: 'Attempts to connect that failed; those that were given up are not counted',
  },
  {
    ...A94,
    name: 'grpc.subchannel.open_connections',
    kind: 'ObservableUpDownCounter',
    unit: '{connection}',
    attributes: TARGET,
    description: 'Connections that are open',
  },
  {
    ...A91,
    name: 'grpc.lb.outlier_detection.ejections_enforced',
    attributes: [METHOD, ...TARGET],
    description: 'Members that were ejected because of how they answered',
  },
  {
    ...A91,
    name: 'grpc.lb.outlier_detection.ejections_unenforced',
    attributes: [METHOD, 'grpc.lb.outlier_detection.unenforced_reason', ...TARGET],
    description: 'Outliers that were not ejected, by chance or because enough others were',
  },
  {
    ...OURS,
    name: 'fairlead.circuit_breaker.state',
    kind: 'ObservableUpDownCounter',
    unit: '{breaker}',
    attributes: BREAKER,
    description: '1 for the state in which the circuit breaker of a method is, 0 for the others',
  },
  {
    ...OURS,
    name: 'fairlead.retry_budget.balance',
    kind: 'ObservableGauge',
    unit: '{attempt}',
    attributes: TARGET,
    description: 'Retries and hedges that the budget allows now',
  },
  {
    ...OURS,
    name: 'fairlead.bulkhead.size',
    kind: 'ObservableUpDownCounter',
    unit: '{call}',
    attributes: BULKHEAD,
    description: 'Calls that may be under way at once',
  },
  {
    ...OURS,
    name: 'fairlead.bulkhead.running',
    kind: 'ObservableUpDownCounter',
    unit: '{call}',
    attributes: BULKHEAD,
    description: 'Calls that are under way',
  },
  {
    ...OURS,
    name: 'fairlead.bulkhead.queued',
    kind: 'ObservableUpDownCounter',
    unit: '{call}',
    attributes: BULKHEAD,
    description: 'Calls that wait for a place',
  },
  {
    ...OURS,
    name: 'fairlead.pool.rotations',
    kind: 'ObservableCounter',
    unit: '{rotation}',
    attributes: TARGET,
    description: 'Connections that were replaced because of their age or of new credentials',
  },
  {
    ...OURS,
    name: 'fairlead.pool.waiting_calls',
    kind: 'ObservableUpDownCounter',
    unit: '{call}',
    attributes: TARGET,
    description: 'Calls that wait for a pod',
  },
  {
    ...OURS,
    name: 'fairlead.pool.members',
    kind: 'ObservableUpDownCounter',
    unit: '{member}',
    attributes: ['fairlead.member.state', ...TARGET],
    description: 'Members of the pool by state',
  },
  {
    ...OURS,
    name: 'fairlead.resolver.age',
    kind: 'ObservableGauge',
    unit: 's',
    attributes: TARGET,
    merge: 'max',
    description: 'Time since the last answer of the resolver, good or bad',
  },
  {
    ...OURS,
    name: 'fairlead.resolver.state_age',
    kind: 'ObservableGauge',
    unit: 's',
    attributes: TARGET,
    merge: 'max',
    description:
      'Age of the pods in use, where they had to be taken from what was kept; 0 where a source tells of them',
  },
  {
    ...OURS,
    name: 'fairlead.member.picks',
    kind: 'ObservableCounter',
    unit: '{call}',
    attributes: MEMBER,
    description: 'Calls, or attempts of calls, that were given to a member',
  },
  {
    ...OURS,
    name: 'fairlead.member.in_flight',
    kind: 'ObservableUpDownCounter',
    unit: '{call}',
    attributes: MEMBER,
    description: 'Calls, or attempts of calls, that a member has now',
  },
] as const satisfies readonly InstrumentSpec[];

export type InstrumentName = (typeof INSTRUMENTS)[number]['name'];

/** @throws TypeError for a name that is not in the list. */
export function instrumentSpec(name: InstrumentName): InstrumentSpec {
  const spec = INSTRUMENTS.find((one) => one.name === name);
  if (spec === undefined) throw new TypeError(`no instrument ${name}`);
  return spec;
}

/** The instruments of groups and single ones together. */
export function instrumentNames(selected: readonly (InstrumentGroup | InstrumentName)[]): ReadonlySet<InstrumentName> {
  const wanted: ReadonlySet<string> = new Set(selected);
  return new Set(
    INSTRUMENTS.filter(({ name, group }) => wanted.has(name) || wanted.has(group)).map(({ name }) => name),
  );
}
