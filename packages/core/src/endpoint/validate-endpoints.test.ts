import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { endpointAt } from './endpoint.js';
import { validateEndpoints } from './validate-endpoints.js';

const good = endpointAt({ kind: 'tcp', host: '10.0.0.1', port: 1 }, { weight: 3 });
const at = (address: unknown) => ({ ...good, addresses: [address] });

describe('validateEndpoints', () => {
  test('accepts what resolvers should answer', () => {
    const dual = { ...good, addresses: [...good.addresses, { kind: 'tcp', host: 'fd00::1', port: 65_535 }] } as const;
    expect(() =>
      validateEndpoints([good, dual as never, endpointAt({ kind: 'unix', path: '/run/x.sock' })]),
    ).not.toThrow();
    expect(() => validateEndpoints([])).not.toThrow();
  });

  test.each<[unknown, string]>([
    [null, 'endpoints[1]: null (expected: an endpoint)'],
    [{ ...good, id: '' }, 'endpoints[1].id: ""'],
    [{ ...good, addresses: [] }, 'endpoints[1].addresses: [] (expected: at least one address of 10.0.0.1:1)'],
    [{ id: 'pod' }, 'endpoints[1].addresses: undefined (expected: at least one address of pod)'],
    [at({ kind: 'tcp', host: 'greeter', port: 1 }), 'endpoints[1].addresses[0].host: "greeter" (expected: an IPv4'],
    [at({ kind: 'tcp', host: '[::1]', port: 1 }), 'endpoints[1].addresses[0].host: "[::1]"'],
    [at({ kind: 'tcp', host: '::1' }), 'endpoints[1].addresses[0].port: undefined (expected: 1 to 65535)'],
    [at({ kind: 'tcp', host: '::1', port: 0 }), 'addresses[0].port: 0'],
    [at({ kind: 'tcp', host: '::1', port: 65_536 }), 'addresses[0].port: 65536'],
    [at({ kind: 'tcp', host: '::1', port: '80' }), 'addresses[0].port: "80"'],
    [at({ kind: 'unix', path: '' }), 'addresses[0].path: ""'],
    [at({ kind: 'target', target: '' }), 'addresses[0].target: "" (expected: a target of grpc-js)'],
    [at({ kind: 'udp' }), 'addresses[0].kind: "udp" (expected: "tcp", "unix" or "target")'],
    [at(undefined), 'addresses[0]: undefined (expected: an address)'],
    [{ ...good, attributes: null }, 'endpoints[1].attributes: null'],
  ])('refuses %j', (endpoint, message) => {
    expect(() => validateEndpoints([good, endpoint as never])).toThrow(InvalidOptionError);
    expect(() => validateEndpoints([good, endpoint as never])).toThrow(message);
  });

  test('throws nothing but InvalidOptionError, whatever a resolver answers', () => {
    fc.assert(
      fc.property(fc.anything(), (answer) => {
        for (const given of [answer, [answer], [{ ...good, addresses: [answer] }]]) {
          try {
            validateEndpoints(given as never, 'answer');
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidOptionError);
          }
        }
      }),
    );
  });
});
