import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TcpAddress } from './address.js';
import { diffEndpoints as diff, type EndpointDiff } from './diff.js';
import type { Endpoint, EndpointAttributes } from './endpoint.js';

const tcp = (host: string): TcpAddress => ({ kind: 'tcp', host, port: 50_051 });
const pod = (id: string, host = '10.0.0.1', attributes: EndpointAttributes = {}): Endpoint => ({
  id,
  addresses: [tcp(host)],
  attributes,
});

interface Holder {
  readonly endpoint: Endpoint;
}
/** Each id once, as in a roster. */
const holders = (...endpoints: Endpoint[]): Map<string, Holder> =>
  new Map(endpoints.map((endpoint) => [endpoint.id, { endpoint }]));

function diffEndpoints(previous: Map<string, Holder>, next: readonly Endpoint[]): EndpointDiff<Holder> {
  return diff([...previous.values()], previous, next);
}

describe('diffEndpoints', () => {
  test('tells the new, the kept, the changed and the gone apart', () => {
    const previous = holders(pod('a'), pod('b'), pod('c'));
    const next = [pod('c', '10.0.0.9'), pod('d'), pod('a')];
    const found = diffEndpoints(previous, next);
    expect(found.added).toEqual([next[1]]);
    expect(found.changed).toEqual([{ holder: previous.get('c'), endpoint: next[0] }]);
    expect(found.removed).toEqual([previous.get('b')]);
    expect(found.removed[0]).toBe(previous.get('b'));
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
    const found = diffEndpoints(holders(before), [after]);
    expect(found.changed.length).toBe(changed ? 1 : 0);
    expect([found.added, found.removed]).toEqual([[], []]);
  });

  test('the first of a repeated id counts', () => {
    const twice = [pod('a', '10.0.0.1'), pod('a', '10.0.0.2')];
    expect(diffEndpoints(holders(), twice).added).toEqual([pod('a', '10.0.0.1')]);
    expect(diffEndpoints(holders(pod('a', '10.0.0.1')), twice).changed).toEqual([]);
  });

  test('what it tells makes the new list of the old one', () => {
    const list = fc.array(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), host: fc.constantFrom('::1', '::2') }),
    );
    fc.assert(
      fc.property(list, list, (before, after) => {
        const previous = holders(...before.map(({ id, host }) => pod(id, host)));
        const next = after.map(({ id, host }) => pod(id, host));
        const found = diffEndpoints(previous, next);
        const wanted = new Map([...next].reverse().map((endpoint) => [endpoint.id, endpoint]));
        const told = new Map([...previous].map(([id, { endpoint }]) => [id, endpoint]));
        for (const { endpoint } of found.removed) told.delete(endpoint.id);
        for (const { holder, endpoint } of found.changed) {
          expect(endpoint).not.toEqual(holder.endpoint);
          told.set(holder.endpoint.id, endpoint);
        }
        for (const endpoint of found.added) {
          expect(told.has(endpoint.id)).toBe(false);
          told.set(endpoint.id, endpoint);
        }
        expect(new Set(told.values())).toEqual(new Set(wanted.values()));
        expect(told.size).toBe(wanted.size);
      }),
    );
  });
});
