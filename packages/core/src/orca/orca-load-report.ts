/**
 * What a server says of its own load (`xds.data.orca.v3.OrcaLoadReport`, gRFC A51): how much of it is used, and how many
 * calls it answers with that. Numbers are finite and ≥ 0; one that was not sent is 0, as in proto3.
 */
export interface OrcaLoadReport {
  /** Used share of the CPU: 1 is all that the server has. May be above 1 where it may borrow more. */
  readonly cpuUtilization: number;
  /** Used share of the memory, 0–1. */
  readonly memUtilization: number;
  /** What the application thinks of its load; 1 is full, more is overload. It wins over the CPU. */
  readonly applicationUtilization: number;
  /** Calls per second that the server answers for all of its clients (`rps_fractional`). */
  readonly qps: number;
  /** How many of them are errors, per second. */
  readonly eps: number;
  /** Shares of other resources, by name. */
  readonly utilization: ReadonlyMap<string, number>;
  /** Cost of the call that brought the report, by name. */
  readonly requestCost: ReadonlyMap<string, number>;
  /** Whatever the application wants to say, by name. */
  readonly namedMetrics: ReadonlyMap<string, number>;
}

/** The trailer in which a server sends the report of one call: the serialized message (gRFC A51). */
export const LOAD_REPORT_TRAILER = 'endpoint-load-metrics-bin';
