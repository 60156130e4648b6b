import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeOrcaLoadReport } from '../../orca/decode-orca-load-report.js';
import { encodeOrcaLoadReport, type OrcaLoadReportFields } from '../../orca/encode-orca-load-report.js';
import { metricReader } from './metric-reader.js';
import { weightOfReport } from './weight-of-report.js';

function weightOf(fields: OrcaLoadReportFields, errorUtilizationPenalty = 1, names: readonly string[] = []): number {
  const metrics = names.map((name) => metricReader(name)!);
  return weightOfReport(decodeOrcaLoadReport(encodeOrcaLoadReport(fields))!, { errorUtilizationPenalty, metrics });
}

describe('weightOfReport', () => {
  test.each<[OrcaLoadReportFields, number]>([
    [{ qps: 10, applicationUtilization: 0.5 }, 20],
    [{ qps: 10, cpuUtilization: 0.1 }, 100],
    [{ qps: 10, applicationUtilization: 0.5, cpuUtilization: 2 }, 20],
    [{ qps: 10, applicationUtilization: 1.5 }, 10 / 1.5],
    [{ qps: 10, memUtilization: 0.5 }, 0],
    [{ applicationUtilization: 0.5 }, 0],
    [{ qps: 10 }, 0],
    [{ qps: 10, eps: 5 }, 0],
    [{}, 0],
    [{ qps: 10, eps: 5, applicationUtilization: 0.5 }, 10],
    // Numbers that are none count as not sent, and what comes of two large ones is no weight.
    [{ qps: 10, applicationUtilization: -1, cpuUtilization: 0.5 }, 20],
    [{ qps: NaN, applicationUtilization: 0.5 }, 0],
    [{ qps: 10, eps: NaN, applicationUtilization: 0.5 }, 20],
    [{ qps: 1e300, applicationUtilization: 1e-300 }, 0],
    [{ qps: 1e-300, eps: 1e300, applicationUtilization: 1 }, 0],
  ])('%j weighs %d', (fields, weight) => {
    expect(weightOf(fields)).toBeCloseTo(weight, 9);
  });

  test('the penalty says what errors add', () => {
    const fields = { qps: 10, eps: 10, applicationUtilization: 0.1 };
    expect([0, 0.9, 1].map((penalty) => weightOf(fields, penalty))).toEqual([100, 10, 10 / 1.1]);
  });

  test.each<[readonly string[], number]>([
    [['named_metrics.queue'], 0.8],
    [['utilization.disk', 'named_metrics.queue', 'mem_utilization'], 0.9],
    [['named_metrics.a.b'], 0.7],
    [['cpu_utilization'], 0.3],
    [['application_utilization'], 0.2],
    // Not in the report: what is used without names.
    [['named_metrics.none', 'utilization.queue'], 0.2],
    [[], 0.2],
  ])('with the metrics %j the utilization is %d', (names, utilization) => {
    const fields = {
      qps: 1,
      applicationUtilization: 0.2,
      cpuUtilization: 0.3,
      memUtilization: 0.6,
      namedMetrics: { queue: 0.8, 'a.b': 0.7 },
      utilization: { disk: 0.9 },
    };
    expect(weightOf(fields, 0, names)).toBeCloseTo(1 / utilization, 9);
  });

  test('is finite and not negative for any report', () => {
    const number = fc.double();
    const fields = fc.record({ qps: number, eps: number, applicationUtilization: number, cpuUtilization: number });
    const penalty = fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(
      fc.property(fields, penalty, (given, errorPenalty) => {
        const weight = weightOf(given, errorPenalty);
        expect(weight >= 0 && weight < Infinity).toBe(true);
      }),
    );
  });
});

describe('metricReader', () => {
  test.each(['', 'qps', 'eps', 'rps', 'request_cost.x', 'named_metrics', 'named_metrics.', 'constructor', 'CPU'])(
    '"%s" is no metric of utilization',
    (name) => expect(metricReader(name)).toBeUndefined(),
  );
});
