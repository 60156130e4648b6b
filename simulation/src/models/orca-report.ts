/** What a server says about itself in the trailer `endpoint-load-metrics-bin` (gRFC A51). */
export interface OrcaReport {
  readonly cpuUtilization: number;
  readonly applicationUtilization: number;
  readonly callsPerSecond: number;
  readonly failuresPerSecond: number;
}

/** `xds.data.orca.v3.OrcaLoadReport`: numbers of the fields, all of type double. */
const FIELDS: readonly (readonly [number, keyof OrcaReport])[] = [
  [1, 'cpuUtilization'],
  [6, 'callsPerSecond'],
  [7, 'failuresPerSecond'],
  [9, 'applicationUtilization'],
];
const WIRE_TYPE_64_BIT = 1;

/** The report as protobuf writes it. */
export function encodeOrcaReport(report: OrcaReport): Uint8Array {
  const bytes = new Uint8Array(FIELDS.length * 9);
  const view = new DataView(bytes.buffer);
  FIELDS.forEach(([field, name], index) => {
    view.setUint8(index * 9, (field << 3) | WIRE_TYPE_64_BIT);
    view.setFloat64(index * 9 + 1, report[name], true);
  });
  return bytes;
}
