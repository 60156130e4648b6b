import { isIP } from 'node:net';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { Endpoint } from './endpoint.js';

/**
 * Checks what a resolver answered before anything is built from it: a resolver of the user's own, or a file, may
 * contain nonsense, and a member without an address would fail much later and far from its cause. What stands in the attributes
 * is looked at by `usableEndpoints`.
 *
 * @param path stands before the index in messages.
 * @throws InvalidOptionError that names the first wrong endpoint.
 */
export function validateEndpoints(endpoints: readonly Endpoint[], path = 'endpoints'): void {
  if (!Array.isArray(endpoints)) throw new InvalidOptionError(path, endpoints, 'a list of endpoints');
  endpoints.forEach((endpoint: unknown, index) => validateEndpoint(endpoint, `${path}[${index}]`));
}

function validateEndpoint(endpoint: unknown, path: string): void {
  const { id, addresses, attributes } = requireObject(endpoint, path, 'an endpoint');
  if (typeof id !== 'string' || id === '') throw new InvalidOptionError(`${path}.id`, id, 'a string that is not empty');
  if (!Array.isArray(addresses) || addresses.length === 0) {
    throw new InvalidOptionError(`${path}.addresses`, addresses, `at least one address of ${id}`);
  }
  addresses.forEach((address: unknown, index) => validateAddress(address, `${path}.addresses[${index}]`));
  requireObject(attributes, `${path}.attributes`, 'an object');
}

function validateAddress(value: unknown, path: string): void {
  const address = requireObject(value, path, 'an address');
  if (address['kind'] === 'unix') {
    if (typeof address['path'] === 'string' && address['path'] !== '') return;
    throw new InvalidOptionError(`${path}.path`, address['path'], 'the path of a socket');
  }
  if (address['kind'] === 'target') {
    if (typeof address['target'] === 'string' && address['target'] !== '') return;
    throw new InvalidOptionError(`${path}.target`, address['target'], 'a target of grpc-js');
  }
  if (address['kind'] !== 'tcp') {
    throw new InvalidOptionError(`${path}.kind`, address['kind'], '"tcp", "unix" or "target"');
  }
  const { host, port } = address;
  if (typeof host !== 'string' || isIP(host) === 0) {
    throw new InvalidOptionError(`${path}.host`, host, 'an IPv4 or IPv6 literal without brackets');
  }
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535) {
    throw new InvalidOptionError(`${path}.port`, port, '1 to 65535');
  }
}

function requireObject(value: unknown, path: string, expected: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new InvalidOptionError(path, value, expected);
  return value as Readonly<Record<string, unknown>>;
}
