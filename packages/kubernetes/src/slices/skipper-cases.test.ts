// Zalando skipper dataclients/kubernetes/endpointslices_test.go, under its names.
import { describe, expect, test } from '@jest/globals';
import { slice } from '../../test/support/slices.js';
import { EndpointTable } from './endpoint-table.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { parseSlice } from './parse-slice.js';

const PORTS = [
  { name: 'main', port: 8_080, protocol: 'TCP' },
  { name: 'support', port: 8_081, protocol: 'TCP' },
];

const endpoint = (n: number, fields: object = {}): object => ({
  addresses: [`10.0.0.${n}`],
  zone: `zone-${n}`,
  ...fields,
});

function hosts(endpoints: readonly object[], ports = PORTS): readonly string[] {
  const parsed = parseSlice(slice('a', endpoints, { ports })) as EndpointSlice;
  const told = new EndpointTable('main').update([parsed]).endpoints;
  return told.map(({ addresses: [address] }) => (address.kind === 'tcp' ? address.host : ''));
}

describe('TestAddresses', () => {
  test.each([
    ['one endpoint, one port', 1, PORTS.slice(0, 1)],
    ['one endpoint, two ports', 1, PORTS],
    ['two endpoints, one port', 2, PORTS.slice(0, 1)],
    ['two endpoints, two ports', 2, PORTS],
  ])('%s: each endpoint once', (_, count, ports) => {
    const ns = [1, 2].slice(0, count);
    expect(
      hosts(
        ns.map((n) => endpoint(n)),
        ports,
      ),
    ).toEqual(ns.map((n) => `10.0.0.${n}`));
  });
});

describe('TestEndpointSliceEndpointIsReady', () => {
  test.each([
    ['nil conditions default to ready', undefined, true],
    ['nil ready condition defaults to ready', {}, true],
    ['ready true', { ready: true }, true],
    ['ready false', { ready: false }, false],
  ])('%s', (_, conditions, ready) => {
    expect(hosts([endpoint(1, { conditions })])).toEqual(ready ? ['10.0.0.1'] : []);
  });

  // The API: "A nil value should be interpreted as "true"", whatever `terminating` says; kube-proxy does that, too.
  test('terminating overrides ready: only where ready is said, and said to be false', () => {
    const others = [endpoint(2, { conditions: { ready: true, serving: true, terminating: false } })];
    expect(hosts([endpoint(1, { conditions: { terminating: true } }), ...others])).toEqual(['10.0.0.1', '10.0.0.2']);
    const told = { ready: false, serving: true, terminating: true };
    expect(hosts([endpoint(1, { conditions: told }), ...others])).toEqual(['10.0.0.2']);
  });
});
