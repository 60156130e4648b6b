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
  // The text of a path is made for what is wrong: this runs for every pod of every answer.
  endpoints.forEach((endpoint: unknown, index) => {
    const wrong = whatIsWrong(endpoint);
    if (wrong) throw new InvalidOptionError(`${path}[${index}]${wrong.path}`, wrong.value, wrong.expected);
  });
}

/** Where in the endpoint, what stands there, and what is expected. */
interface Wrong {
  readonly path: string;
  readonly value: unknown;
  readonly expected: string;
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function whatIsWrong(endpoint: unknown): Wrong | undefined {
  if (!isObject(endpoint)) return { path: '', value: endpoint, expected: 'an endpoint' };
  const { id, addresses, attributes } = endpoint;
  if (typeof id !== 'string' || id === '') return { path: '.id', value: id, expected: 'a string that is not empty' };
  if (!Array.isArray(addresses) || addresses.length === 0) {
    return { path: '.addresses', value: addresses, expected: `at least one address of ${id}` };
  }
  for (let index = 0; index < addresses.length; index++) {
    const wrong = whatIsWrongWithAddress(addresses[index]);
    if (wrong) return { ...wrong, path: `.addresses[${index}]${wrong.path}` };
  }
  return isObject(attributes) ? undefined : { path: '.attributes', value: attributes, expected: 'an object' };
}

function whatIsWrongWithAddress(address: unknown): Wrong | undefined {
  if (!isObject(address)) return { path: '', value: address, expected: 'an address' };
  const { kind, path, target, host, port } = address;
  if (kind === 'unix') {
    return typeof path === 'string' && path !== ''
      ? undefined
      : { path: '.path', value: path, expected: 'the path of a socket' };
  }
  if (kind === 'target') {
    return typeof target === 'string' && target !== ''
      ? undefined
      : { path: '.target', value: target, expected: 'a target of grpc-js' };
  }
  if (kind !== 'tcp') return { path: '.kind', value: kind, expected: '"tcp", "unix" or "target"' };
  if (typeof host !== 'string' || isIP(host) === 0) {
    return { path: '.host', value: host, expected: 'an IPv4 or IPv6 literal without brackets' };
  }
  const isPort = Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
  return isPort ? undefined : { path: '.port', value: port, expected: '1 to 65535' };
}
