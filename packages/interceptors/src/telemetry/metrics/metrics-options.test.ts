import { describe, expect, test } from '@jest/globals';
import { TestMeter } from '../../../test/metric-reader.js';
import { resolveMetricsOptions } from './metrics-options.js';

const meterProvider = new TestMeter().provider;

describe('the options of metrics', () => {
  test('are measured calls and what costs nothing, unless more is asked for', () => {
    const { instruments, maxMemberSeries, methodAttributeFilter, optionalLabels } = resolveMetricsOptions({
      meterProvider,
    });
    expect([...instruments].filter((name) => !name.startsWith('fairlead.'))).toEqual(['rpc.client.call.duration']);
    expect([...instruments]).toContain('fairlead.member.picks');
    expect([maxMemberSeries, methodAttributeFilter('any'), optionalLabels.size]).toEqual([100, true, 0]);
  });

  test.each([
    [{}, 'metrics.meterProvider: undefined (expected: a MeterProvider of OpenTelemetry, an object with getMeter())'],
    [true, 'metrics: true (expected: an object)'],
    [{ meterProvider, instruments: ['gpc'] }, 'metrics.instruments[0]: "gpc" (expected: did you mean `rpc`?)'],
    [{ meterProvider, instruments: ['rpc', 'zzzzzz'] }, 'metrics.instruments[1]: "zzzzzz" (expected: one of rpc, '],
    [{ meterProvider, instruments: 'rpc' }, 'metrics.instruments: "rpc" (expected: a list of names)'],
    [{ meterProvider, maxMemberSeries: -1 }, 'metrics.maxMemberSeries: -1 (expected: '],
    [{ meterProvider, optionalLabels: ['ip'] }, 'metrics.optionalLabels[0]: "ip" (expected: one of fairlead.member.'],
    [{ meterProvider, methodAttributeFilter: [] }, 'metrics.methodAttributeFilter: [] (expected: a function)'],
    [{ meterProvider, maxMembersSeries: 1 }, 'metrics.maxMembersSeries: 1 (expected: unknown option (did you mean'],
  ])('%# are refused where they are wrong', (options, message) => {
    expect(() => resolveMetricsOptions(options, 'metrics')).toThrow(message);
  });
});
