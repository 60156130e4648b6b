import { describe, expect, test } from '@jest/globals';
import { endpointAt, type EndpointAttributes } from '@fairlead/core';
import fc from 'fast-check';
import { MemberSeries, type MemberFigures, type MemberSeriesValue } from './member-series.js';

const NONE = new Set<never>();

function member(n: number, picks: number, attributes: EndpointAttributes = {}, inFlight = 0): MemberFigures {
  const endpoint = endpointAt({ kind: 'tcp', host: `10.0.0.${n}`, port: 1 }, attributes);
  return { endpoint, address: endpoint.id, picks, inFlight };
}

const named = (n: number, picks: number, inFlight = 0): MemberFigures =>
  member(n, picks, { pod: `web-${n}` }, inFlight);

const picksOf = (values: readonly MemberSeriesValue[]): Record<string, number> =>
  Object.fromEntries(values.map(({ attributes, picks }) => [String(attributes['fairlead.member']), picks]));

describe('the series of members', () => {
  test('are named by pods, and never by an address unless somebody asked for it', () => {
    const members = [member(1, 3, { pod: 'web-1', zone: 'a' }), member(2, 4)];
    expect(new MemberSeries(10, NONE).update(members, 7).map(({ attributes }) => attributes)).toEqual([
      { 'fairlead.member': 'web-1' },
      { 'fairlead.member': '#1' },
      { 'fairlead.member': 'other' },
    ]);
    const optional = new Set(['fairlead.member.address', 'fairlead.member.zone'] as const);
    expect(new MemberSeries(10, optional).update(members, 7).map(({ attributes }) => attributes)).toEqual([
      { 'fairlead.member': 'web-1', 'fairlead.member.address': '10.0.0.1:1', 'fairlead.member.zone': 'a' },
      { 'fairlead.member': '10.0.0.2:1', 'fairlead.member.address': '10.0.0.2:1' },
      { 'fairlead.member': 'other' },
    ]);
  });

  test('are as many as allowed; the rest is summed', () => {
    const series = new MemberSeries(2, NONE);
    const values = series.update([named(1, 1, 1), named(2, 2, 2), named(3, 4, 3), named(4, 8, 4)], 15);
    expect(picksOf(values)).toEqual({ 'web-1': 1, 'web-2': 2, other: 12 });
    expect(values.map(({ inFlight }) => inFlight)).toEqual([1, 2, 7]);
  });

  test('of a pod that left stay as they are; of calls in flight nothing is told of it', () => {
    const series = new MemberSeries(10, NONE);
    series.update([named(1, 5, 2)], 5);
    const values = series.update([named(2, 1)], 8);
    expect(picksOf(values)).toEqual({ 'web-1': 5, 'web-2': 1, other: 2 });
    expect(values.map(({ inFlight }) => inFlight)).toEqual([undefined, 0, undefined]);
  });

  test('of pods without a name are taken over by those that come when one has left', () => {
    const series = new MemberSeries(10, NONE);
    series.update([member(1, 5), member(2, 6)], 11);
    expect(picksOf(series.update([member(2, 7), member(3, 4)], 16))).toEqual({ '#1': 9, '#2': 7, other: 0 });
  });

  test('go on when a pod comes back under its name, and while its old calls still run', () => {
    const series = new MemberSeries(10, NONE);
    series.update([named(1, 5)], 5);
    expect(picksOf(series.update([named(1, 5, 1), named(1, 2)], 7))).toEqual({ 'web-1': 7, other: 0 });
    expect(picksOf(series.update([named(1, 3)], 8))).toEqual({ 'web-1': 7, other: 1 });
    expect(picksOf(series.update([named(1, 6)], 11))).toEqual({ 'web-1': 10, other: 1 });
  });

  test('never fall, are never too many, and are together the picks of the pool, whoever comes and goes', () => {
    const act = fc.constantFrom('join', 'leave', 'pick', 'pick', 'collect');
    const steps = fc.array(fc.record({ act, n: fc.nat(7) }), { maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.nat(5), (acts, limit) => {
        const pool = new Map<number, number>();
        const series = new MemberSeries(limit, NONE);
        const last = new Map<string, number>();
        let total = 0;
        for (const { act, n } of acts) {
          if (act === 'join' && !pool.has(n)) pool.set(n, 0);
          if (act === 'leave') pool.delete(n);
          if (act === 'pick' && pool.has(n)) pool.set(n, pool.get(n)! + 1);
          if (act === 'pick' && pool.has(n)) total += 1;
          if (act !== 'collect') continue;
          const members = [...pool].map(([id, picks]) => (id < 4 ? named(id, picks) : member(id, picks)));
          const values = picksOf(series.update(members, total));
          expect(Object.keys(values).length).toBeLessThanOrEqual(limit + 1);
          expect(Object.values(values).reduce((sum, picks) => sum + picks)).toBe(total);
          for (const [name, value] of Object.entries(values)) {
            expect(value).toBeGreaterThanOrEqual(last.get(name) ?? 0);
            last.set(name, value);
          }
        }
      }),
    );
  });
});
