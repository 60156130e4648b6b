import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TcpAddress } from './address.js';
import { diffEndpoints } from './diff.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

const tcp = (host: string): TcpAddress => ({ kind: 'tcp', host, port: 50_051 });
const pod = (id: string, host = '10.0.0.1', attributes: EndpointAttributes = {}): Endpoint => ({
  id,
  addresses: [tcp(host)],
  attributes,
});

describe('diffEndpoints', () => {
  test('tells the new, the kept, the changed and the gone apart', () => {
    const previous = [pod('a'), pod('b'), pod('c')];
    const next = [pod('c', '10.0.0.9'), pod('d'), pod('a')];
    const diff = diffEndpoints(previous, next);
    expect(diff.added).toEqual([next[1]]);
    expect(diff.kept).toEqual([next[2]]);
    expect(diff.changed).toEqual([next[0]]);
    expect(diff.removed).toEqual([previous[1]]);
    expect(diff.kept[0]).toBe(next[2]);
  });

  test.each<[string, Endpoint, Endpoint, boolean]>([
    ['the same values in new objects', pod('a', '::1', { zone: 'z' }), pod('a', '::1', { zone: 'z' }), false],
    ['an attribute', pod('a'), pod('a', '10.0.0.1', { terminating: true }), true],
    ['an attribute that was undefined', { ...pod('a'), attributes: { zone: undefined } as never }, pod('a'), false],
    ['no hint', pod('a', '::1', { hints: { zones: ['z'] } }), pod('a', '::1', { hints: { zones: ['z'] } }), false],
    ['a hint', pod('a', '::1', { hints: { zones: ['z'] } }), pod('a', '::1', { hints: { zones: ['y'] } }), true],
    ['an attribute that is gone', pod('a', '::1', { zone: 'z' }), pod('a', '::1'), true],
    ['the kind of the address', pod('a'), { ...pod('a'), addresses: [{ kind: 'unix', path: '/run/a' }] }, true],
    [
      'nothing, of a socket',
      { ...pod('a'), addresses: [{ kind: 'unix', path: '/run/a' }] },
      { ...pod('a'), addresses: [{ kind: 'unix', path: '/run/a' }] },
      false,
    ],
    ['the port', pod('a'), { ...pod('a'), addresses: [{ kind: 'tcp', host: '10.0.0.1', port: 1 }] }, true],
    ['a second address', pod('a'), { ...pod('a'), addresses: [tcp('10.0.0.1'), tcp('::1')] }, true],
    [
      'the preference',
      { ...pod('a'), addresses: [tcp('::1'), tcp('::2')] },
      { ...pod('a'), addresses: [tcp('::2'), tcp('::1')] },
      true,
    ],
  ])('sees a change of %s', (_, before, after, changed) => {
    const diff = diffEndpoints([before], [after]);
    expect([diff.changed.length, diff.kept.length]).toEqual(changed ? [1, 0] : [0, 1]);
  });

  test('the first of a repeated id counts', () => {
    const diff = diffEndpoints([], [pod('a', '10.0.0.1'), pod('a', '10.0.0.2')]);
    expect(diff.added).toEqual([pod('a', '10.0.0.1')]);
    expect(diffEndpoints([pod('a'), pod('a')], []).removed).toHaveLength(1);
  });

  test('reordered is about those who stayed', () => {
    const list = (...ids: string[]) => ids.map((id) => pod(id));
    expect(diffEndpoints(list('a', 'b', 'c'), list('x', 'a', 'c', 'y')).reordered).toBe(false);
    expect(diffEndpoints(list('a', 'b', 'c'), list('c', 'a')).reordered).toBe(true);
    expect(diffEndpoints([], []).reordered).toBe(false);
  });

  test('accounts for every identity exactly once', () => {
    const list = fc.array(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), host: fc.constantFrom('::1', '::2') }),
    );
    fc.assert(
      fc.property(list, list, (before, after) => {
        const previous = before.map(({ id, host }) => pod(id, host));
        const next = after.map(({ id, host }) => pod(id, host));
        const { added, kept, changed, removed, reordered } = diffEndpoints(previous, next);
        const ids = (endpoints: readonly Endpoint[]) => endpoints.map((endpoint) => endpoint.id);
        const unique = (endpoints: readonly Endpoint[]) => [...new Set(ids(endpoints))].sort();
        expect(ids([...added, ...kept, ...changed]).sort()).toEqual(unique(next));
        expect(ids([...removed, ...kept, ...changed]).sort()).toEqual(unique(previous));
        const back = diffEndpoints(next, previous);
        expect(ids(back.added)).toEqual(ids(removed));
        expect(back.reordered).toBe(reordered);
      }),
    );
  });
});
