import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OrcaLoadReportRequestType, OrcaLoadReportType } from '../../test/support/orca-proto.js';
import { decodeOrcaLoadReport } from './decode-orca-load-report.js';
import { encodeOrcaLoadReportRequest } from './encode-orca-load-report-request.js';
import { encodeOrcaLoadReport } from './encode-orca-load-report.js';
import type { OrcaLoadReport } from './orca-load-report.js';
import { WireWriter } from './wire-writer.js';

const EMPTY: OrcaLoadReport = {
  cpuUtilization: 0,
  memUtilization: 0,
  applicationUtilization: 0,
  qps: 0,
  eps: 0,
  utilization: new Map(),
  requestCost: new Map(),
  namedMetrics: new Map(),
};

const sensible = fc.oneof(fc.constant(0), fc.double({ min: Number.MIN_VALUE, max: 1e300, noNaN: true }));
const anyDouble = fc.oneof(fc.double(), fc.constantFrom(NaN, -0, -1, Infinity, -Infinity, 1e301, 1.1e300));
// A lone half of a pair is no character: no encoder of protobuf can write it.
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((key) => key !== '__proto__');

/** A report as protobufjs has it. */
const reports = (number: fc.Arbitrary<number>) => {
  const map = fc.dictionary(name, number, { maxKeys: 4, noNullPrototype: true });
  return fc.record({
    cpuUtilization: number,
    memUtilization: number,
    rps: fc.nat(),
    requestCost: map,
    utilization: map,
    rpsFractional: number,
    eps: number,
    namedMetrics: map,
    applicationUtilization: number,
  });
};

type Written = ReturnType<ReturnType<typeof reports>['generate']>['value'];

function asRead(written: Written, number = (value: number): number => value): OrcaLoadReport {
  const map = (from: Record<string, number>) =>
    new Map(Object.entries(from).map(([key, value]) => [key, number(value)]));
  return {
    cpuUtilization: number(written.cpuUtilization),
    memUtilization: number(written.memUtilization),
    applicationUtilization: number(written.applicationUtilization),
    qps: number(written.rpsFractional),
    eps: number(written.eps),
    utilization: map(written.utilization),
    requestCost: map(written.requestCost),
    namedMetrics: map(written.namedMetrics),
  };
}

const byProtobufjs = (written: object): Uint8Array =>
  OrcaLoadReportType.encode(OrcaLoadReportType.fromObject(written)).finish();

describe('decodeOrcaLoadReport', () => {
  test('reads what protobufjs writes', () => {
    fc.assert(
      fc.property(reports(sensible), (written) => {
        expect(decodeOrcaLoadReport(byProtobufjs(written))).toEqual(asRead(written));
      }),
      { numRuns: 500 },
    );
  });

  test('takes numbers that no load can be as not sent', () => {
    const kept = (value: number): number => (value > 0 && value <= 1e300 ? value : 0);
    fc.assert(
      fc.property(reports(anyDouble), (written) => {
        expect(decodeOrcaLoadReport(byProtobufjs(written))).toEqual(asRead(written, kept));
      }),
      { numRuns: 500 },
    );
  });

  test('never throws, whatever the bytes are, and answers sensible numbers or nothing', () => {
    const mangled = fc.tuple(reports(anyDouble), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      mangled.map(([written, changes]) => {
        const valid = byProtobufjs(written);
        for (const [at, byte] of changes) if (valid.length > 0) valid[at % valid.length] = byte;
        return valid;
      }),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const report = decodeOrcaLoadReport(given);
        if (report === undefined) return;
        const { namedMetrics, requestCost, utilization, ...numbers } = report;
        const maps = [namedMetrics, requestCost, utilization].flatMap((map) => [...map.values()]);
        const values = [...Object.values(numbers), ...maps];
        if (!values.every((value) => value >= 0 && value <= 1e300)) throw new Error(`read ${values.join(', ')}`);
      }),
      { numRuns: 10_000 },
    );
  });

  test('what is cut short is no report, or has no more than the fields before the cut', () => {
    const whole = encodeOrcaLoadReport({
      cpuUtilization: 0.5,
      namedMetrics: { queue: 3 },
      applicationUtilization: 0.7,
    });
    const read = Array.from(whole, (_, length) => decodeOrcaLoadReport(whole.subarray(0, length)));
    const whole9 = { ...EMPTY, cpuUtilization: 0.5 };
    const afterMap = { ...whole9, namedMetrics: new Map([['queue', 3]]) };
    expect(read.filter((report) => report !== undefined)).toEqual([EMPTY, whole9, afterMap]);
  });

  test('passes over fields that it does not know, and known ones of another wire type', () => {
    const unknown = new WireWriter()
      .integer(20, 2 ** 40)
      .double(21, 5)
      .text(22, 'x')
      .integer(1, 7)
      .text(6, 'many');
    // A fixed32 of field 23, and a known double.
    const bytes = [...unknown.finish(), ...[0xbd, 0x01, 1, 2, 3, 4], ...new WireWriter().double(9, 0.25).finish()];
    expect(decodeOrcaLoadReport(Uint8Array.from(bytes))).toEqual({ ...EMPTY, applicationUtilization: 0.25 });
  });

  test.each([
    ['field 0', [0x01, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a group', [0x0b, 0x0c]],
    ['wire type 7', [0x0f, 0]],
    ['an endless varint', [0x98, ...new Array<number>(20).fill(0xff)]],
    ['a length beyond the end', [0x42, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['an entry of a map that is no message', [0x42, 2, 0x0a, 9]],
  ])('%s is no report', (_, bytes) => {
    expect(decodeOrcaLoadReport(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('the last of several values counts, and an entry may lack its key or value', () => {
    const twice = [...encodeOrcaLoadReport({ qps: 1 }), ...encodeOrcaLoadReport({ qps: 2, namedMetrics: { a: 0 } })];
    const report = decodeOrcaLoadReport(Uint8Array.from([...twice, 0x42, 0]));
    expect(report).toEqual({ ...EMPTY, qps: 2, namedMetrics: new Map([['a', 0], ['', 0]]) }); // prettier-ignore
  });

  test('reads from a part of a buffer, as Node hands them out', () => {
    const bytes = encodeOrcaLoadReport({ eps: 4 });
    const around = Buffer.concat([Buffer.from([1, 2, 3]), bytes, Buffer.from([4])]);
    expect(decodeOrcaLoadReport(around.subarray(3, 3 + bytes.length))?.eps).toBe(4);
  });
});

describe('encodeOrcaLoadReport', () => {
  test('writes what protobufjs reads, and nothing for nothing', () => {
    fc.assert(
      fc.property(reports(sensible), (written) => {
        const { rps: _, ...given } = written;
        const bytes = encodeOrcaLoadReport({ ...given, qps: given.rpsFractional });
        const read = OrcaLoadReportType.toObject(OrcaLoadReportType.decode(bytes), { defaults: true, longs: Number });
        expect(read).toEqual({ ...given, rps: 0 });
      }),
      { numRuns: 500 },
    );
    expect(encodeOrcaLoadReport({})).toEqual(new Uint8Array());
  });

  test('takes maps as well as objects', () => {
    const namedMetrics = { queue: 3, depth: 0.5 };
    expect(encodeOrcaLoadReport({ namedMetrics: new Map(Object.entries(namedMetrics)) })).toEqual(
      encodeOrcaLoadReport({ namedMetrics }),
    );
  });
});

describe('encodeOrcaLoadReportRequest', () => {
  test.each([
    [10_000, 10, 0],
    // Java enableOobLoadReportConfig: 20 s and 30 000 000 ns.
    [20_030, 20, 30_000_000],
    [0.001, 0, 1_000],
    [999.999_999_9, 0, 999_999_999],
    [Number.MAX_VALUE, 315_576_000_000, 0],
  ])('asks every %d ms', (intervalMs, seconds, nanos) => {
    const request = OrcaLoadReportRequestType.decode(encodeOrcaLoadReportRequest(intervalMs));
    expect(OrcaLoadReportRequestType.toObject(request, { longs: Number, defaults: true })).toEqual({
      reportInterval: { seconds, nanos },
      requestCostNames: [],
    });
  });

  test.each([0, -1, NaN])('asks for the minimum of the server with %d ms', (intervalMs) => {
    expect(encodeOrcaLoadReportRequest(intervalMs)).toEqual(new Uint8Array());
  });
});
