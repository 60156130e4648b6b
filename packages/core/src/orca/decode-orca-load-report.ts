import type { OrcaLoadReport } from './orca-load-report.js';
import { MalformedMessage, WIRE, WireReader } from './wire-reader.js';

/** Nobody has so much of anything, and products of two numbers of this size would no longer be numbers. */
const LARGEST = 1e300;

const NUMBERS: Readonly<Record<number, keyof Numbers>> = {
  1: 'cpuUtilization',
  2: 'memUtilization',
  // 3 is `rps`, a deprecated integer, which no weight is computed from (gRFC A58).
  6: 'qps',
  7: 'eps',
  9: 'applicationUtilization',
};

const MAPS: Readonly<Record<number, keyof Maps>> = { 4: 'requestCost', 5: 'utilization', 8: 'namedMetrics' };

type Maps = Pick<OrcaLoadReport, 'requestCost' | 'utilization' | 'namedMetrics'>;
type Numbers = Omit<OrcaLoadReport, keyof Maps>;
type Draft = { -readonly [K in keyof Numbers]: number } & { -readonly [K in keyof Maps]: ReadonlyMap<string, number> };

const NONE: ReadonlyMap<string, number> = new Map();

/**
 * Reads a serialized `OrcaLoadReport`. Unknown fields and known ones of another wire type are passed over, as protobuf
 * asks; a number that is none of a load (NaN, negative, infinite, above 1e300) counts as not sent.
 *
 * Never throws: a server may send anything.
 *
 * @returns undefined for bytes that are no message.
 */
export function decodeOrcaLoadReport(bytes: Uint8Array): OrcaLoadReport | undefined {
  try {
    return readReport(new WireReader(bytes));
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

function readReport(reader: WireReader): OrcaLoadReport {
  const report: Draft = {
    cpuUtilization: 0,
    memUtilization: 0,
    applicationUtilization: 0,
    qps: 0,
    eps: 0,
    utilization: NONE,
    requestCost: NONE,
    namedMetrics: NONE,
  };
  while (reader.next()) {
    const number = reader.wire === WIRE.fixed64 ? NUMBERS[reader.field] : undefined;
    const map = reader.wire === WIRE.bytes ? MAPS[reader.field] : undefined;
    if (number !== undefined) report[number] = plausible(reader.double());
    else if (map !== undefined) report[map] = withEntry(report[map], new WireReader(reader.bytes()));
    else reader.skip();
  }
  return report;
}

/** An entry of a map is a message of its own: the key is field 1, the value field 2, and either may be missing. */
function withEntry(map: ReadonlyMap<string, number>, entry: WireReader): ReadonlyMap<string, number> {
  const entries = map === NONE ? new Map<string, number>() : (map as Map<string, number>);
  let key = '';
  let value = 0;
  while (entry.next()) {
    if (entry.field === 1 && entry.wire === WIRE.bytes) key = entry.text();
    else if (entry.field === 2 && entry.wire === WIRE.fixed64) value = entry.double();
    else entry.skip();
  }
  return entries.set(key, plausible(value));
}

function plausible(value: number): number {
  return value > 0 && value <= LARGEST ? value : 0;
}
