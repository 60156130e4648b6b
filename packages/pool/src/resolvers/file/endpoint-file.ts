import {
  formatAddress,
  InvalidOptionError,
  InvalidTargetError,
  parseHostPort,
  usableEndpoints,
  type Address,
  type Endpoint,
  type EndpointAttributes,
} from '@fairlead/core';

/**
 * What stands in the file of a `file:` target, as JSON or YAML. Anything else is an error, so that a misspelt field is found.
 */
export interface EndpointFile {
  /** For editors; not read. */
  readonly $schema?: string;
  /** The pods. `"10.0.0.1:50051"` is short for `{ "address": "10.0.0.1:50051" }`. */
  readonly endpoints: readonly (string | EndpointEntry)[];
  /** A gRPC service config. */
  readonly serviceConfig?: unknown;
}

/** One pod. Its attributes are those of an {@link Endpoint}. */
export interface EndpointEntry extends EndpointAttributes {
  /** `10.0.0.1:50051`, `[fd00::1]:50051` or `unix:/run/x.sock`. Either this or `addresses`. */
  readonly address?: string;
  /** Several addresses of one pod, the preferred one first. */
  readonly addresses?: readonly string[];
  /** What makes it the same pod after a change. Default its first address. */
  readonly id?: string;
}

const FILE_FIELDS = ['$schema', 'endpoints', 'serviceConfig'];
const OWN_FIELDS = ['address', 'addresses', 'id'];
const ATTRIBUTES: Readonly<Record<keyof EndpointAttributes, true>> = {
  pod: true,
  node: true,
  zone: true,
  weight: true,
  priority: true,
  hints: true,
  hashKey: true,
  ready: true,
  serving: true,
  terminating: true,
};
const ENTRY_FIELDS = [...OWN_FIELDS, ...Object.keys(ATTRIBUTES)];

/** @throws InvalidOptionError that names the first field that is wrong. */
export function readEndpointFile(document: unknown): { endpoints: readonly Endpoint[]; serviceConfig?: unknown } {
  const { endpoints: entries, serviceConfig } = requireObject(document, 'the file', FILE_FIELDS);
  if (!Array.isArray(entries)) throw new InvalidOptionError('endpoints', entries, 'a list of endpoints');
  const endpoints = entries.map((entry: unknown, index) => readEntry(entry, `endpoints[${index}]`));
  const ids = new Map<string, number>();
  endpoints.forEach(({ id }, index) => {
    const other = ids.get(id);
    if (other !== undefined)
      throw new InvalidOptionError(`endpoints[${index}]`, id, `not the pod of endpoints[${other}]`);
    ids.set(id, index);
  });
  return { endpoints, ...(serviceConfig !== undefined && { serviceConfig }) };
}

function readEntry(entry: unknown, path: string): Endpoint {
  const fields = typeof entry === 'string' ? { address: entry } : requireObject(entry, path, ENTRY_FIELDS);
  const { address, addresses: several, id: givenId, ...attributes } = fields;
  const addresses = readAddresses(address, several, path);
  if (givenId !== undefined && (typeof givenId !== 'string' || givenId === '')) {
    throw new InvalidOptionError(`${path}.id`, givenId, 'a string that is not empty');
  }
  const endpoint = { id: givenId ?? formatAddress(addresses[0]), addresses, attributes };
  const [odd] = usableEndpoints([endpoint]).attributes;
  if (odd === undefined) return endpoint;
  const name = Object.keys(attributes).find((each) => odd.startsWith(`${endpoint.id}: ${each}: `))!;
  const expected = /\(expected: (.*)\)$/s.exec(odd)![1]!;
  throw new InvalidOptionError(`${path}.${name}`, attributes[name], expected);
}

function readAddresses(one: unknown, several: unknown, path: string): readonly [Address, ...Address[]] {
  if (one !== undefined && several !== undefined) {
    throw new InvalidOptionError(`${path}.addresses`, several, 'not set beside address');
  }
  if (several === undefined) return [readAddress(one, `${path}.address`)];
  if (!Array.isArray(several) || several.length === 0) {
    throw new InvalidOptionError(`${path}.addresses`, several, 'at least one address');
  }
  const [first, ...others] = several.map((text: unknown, index) => readAddress(text, `${path}.addresses[${index}]`));
  return [first!, ...others];
}

function readAddress(text: unknown, path: string): Address {
  const expected = 'IP:port, [IPv6]:port or unix:path; names are looked up by dns: targets';
  if (typeof text !== 'string') throw new InvalidOptionError(path, text, expected);
  if (/^unix:./.test(text)) return { kind: 'unix', path: text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') };
  try {
    const { host, port, ip } = parseHostPort(text);
    if (ip !== 0 && text.endsWith(`:${port}`) && formatAddress({ kind: 'tcp', host, port }) === text) {
      return { kind: 'tcp', host, port };
    }
  } catch (error) {
    if (!(error instanceof InvalidTargetError)) throw error;
  }
  throw new InvalidOptionError(path, text, expected);
}

function requireObject(value: unknown, path: string, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(path, value, `an object with ${fields.join(', ')}`);
  }
  for (const [name, given] of Object.entries(value)) {
    if (fields.includes(name)) continue;
    const where = path === 'the file' ? name : `${path}.${name}`;
    throw new InvalidOptionError(where, given, `unknown field; known are ${fields.join(', ')}`);
  }
  return value as Readonly<Record<string, unknown>>;
}
