import { expect, test } from '@jest/globals';
import { TokenBucketBudget } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { TestMeter } from '../../../test/metric-reader.js';
import { ChannelReport, type PoolFigures } from './channel-report.js';
import { resolveMetricsOptions } from './metrics-options.js';

const POOL: PoolFigures = {
  waitingCalls: 0,
  members: [],
  draining: [],
  resolver: { ageMs: undefined },
  counters: {
    picks: 0,
    rotations: 0,
    connectionAttemptsSucceeded: 0,
    connectionAttemptsFailed: 0,
    openConnections: 0,
    disconnections: {},
    ejections: { 'success-rate': 2, 'failure-percentage': 0, 'consecutive-failures': 3 },
    sparedOutliers: {
      'success-rate': { 'enforcement-percentage': 0, 'max-ejection-overflow': 4 },
      'failure-percentage': { 'enforcement-percentage': 5, 'max-ejection-overflow': 0 },
    },
  },
};

test('ejections are told in the words of gRFC A91, and what never happened is not', () => {
  const options = resolveMetricsOptions({ meterProvider: new TestMeter().provider, instruments: ['grpc-lb'] });
  const none = { all: () => [] };
  const clock = new VirtualClock();
  const source = { pool: () => POOL, budget: new TokenBucketBudget(), clock, breakers: none, bulkheads: none };
  const told: unknown[] = [];
  const report = new ChannelReport(source, 'dns:///greeter', options);
  report.report((name, value, attributes) =>
    told.push([name.replace('grpc.lb.outlier_detection.', ''), value, ...Object.values(attributes)]),
  );
  expect(told).toEqual([
    ['ejections_enforced', 2, 'success_rate', 'dns:///greeter'],
    ['ejections_unenforced', 4, 'success_rate', 'max_ejection_overflow', 'dns:///greeter'],
    ['ejections_unenforced', 5, 'failure_percentage', 'enforcement_percentage', 'dns:///greeter'],
    ['ejections_enforced', 3, 'consecutive_failures', 'dns:///greeter'],
  ]);
  expect(report.instruments).toEqual([
    'grpc.lb.outlier_detection.ejections_enforced',
    'grpc.lb.outlier_detection.ejections_unenforced',
  ]);
});

test.each([
  [undefined, 0],
  [90_000, 90],
])('pods that were kept %d ms are told to be %d s old', (stateAgeMs, seconds) => {
  const instruments = ['fairlead.resolver.state_age'] as const;
  const options = resolveMetricsOptions({ meterProvider: new TestMeter().provider, instruments });
  const none = { all: () => [] };
  const pool = (): typeof POOL => ({ ...POOL, resolver: { ageMs: 5, stateAgeMs } });
  const source = { pool, budget: new TokenBucketBudget(), clock: new VirtualClock(), breakers: none, bulkheads: none };
  const told: unknown[] = [];
  new ChannelReport(source, 'dns:///greeter', options).report((name, value) => told.push([name, value]));
  expect(told).toEqual([['fairlead.resolver.state_age', seconds]]);
});
