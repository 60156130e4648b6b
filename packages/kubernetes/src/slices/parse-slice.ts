import { isIP } from 'node:net';
import { fieldsOf, listOf, stringOf, type Fields } from '../api/json-fields.js';
import type { EndpointSlice, SlicePod, SlicePort } from './endpoint-slice.js';

const FAMILIES: Readonly<Record<string, 4 | 6>> = { IPv4: 4, IPv6: 6 };

/**
 * Reads an EndpointSlice. What is wrong in it costs as little as possible: an endpoint without a usable address is left
 * out, and so is a port that is not a TCP port with a number (`null` means all ports, which is none to connect to).
 *
 * @returns what is wrong, in words, when it is no EndpointSlice or has no name.
 */
export function parseSlice(value: unknown): EndpointSlice | string {
  const slice = fieldsOf(value);
  const { kind = 'EndpointSlice' } = slice;
  if (kind !== 'EndpointSlice') return `an object of kind ${JSON.stringify(kind)} instead of an EndpointSlice`;
  const name = stringOf(fieldsOf(slice['metadata'])['name']);
  if (name === undefined) return 'an EndpointSlice without a name';
  const family = FAMILIES[stringOf(slice['addressType']) ?? ''];
  const pods = family === undefined ? [] : listOf(slice['endpoints']).flatMap((each) => podsOf(each, family));
  return { name, ports: listOf(slice['ports']).flatMap(portsOf), pods };
}

function portsOf(value: unknown): readonly SlicePort[] {
  const { name, port, protocol } = fieldsOf(value);
  if ((protocol ?? 'TCP') !== 'TCP' || typeof port !== 'number') return [];
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? [{ name: stringOf(name) ?? '', port }] : [];
}

function podsOf(value: unknown, family: 4 | 6): readonly SlicePod[] {
  const endpoint = fieldsOf(value);
  const host = stringOf(listOf(endpoint['addresses'])[0]);
  if (host === undefined || isIP(host) !== family) return [];
  const target = fieldsOf(endpoint['targetRef']);
  const uid = stringOf(target['uid']);
  const isPod = target['kind'] === 'Pod';
  return [
    {
      uid,
      host,
      family,
      ...conditionsOf(fieldsOf(endpoint['conditions'])),
      ...present('pod', isPod ? stringOf(target['name']) : undefined),
      ...present('node', stringOf(endpoint['nodeName'])),
      ...present('zone', stringOf(endpoint['zone'])),
      ...present('hints', hintsOf(fieldsOf(endpoint['hints']))),
    },
  ];
}

/**
 * What is missing means: ready; serving as ready; not terminating (KEP-1672). Also `ready` beside `terminating: true`: the API
 * says that nil is "true" without an exception, and kube-proxy reads it so; Kubernetes' own controller leaves nothing out.
 */
function conditionsOf(conditions: Fields): Pick<SlicePod, 'ready' | 'serving' | 'terminating'> {
  const ready = conditions['ready'] !== false;
  const serving = conditions['serving'];
  return {
    ready,
    serving: typeof serving === 'boolean' ? serving : ready,
    terminating: conditions['terminating'] === true,
  };
}

function hintsOf(hints: Fields): SlicePod['hints'] {
  const zones = namesOf(hints['forZones']);
  const nodes = namesOf(hints['forNodes']);
  if (zones === undefined && nodes === undefined) return undefined;
  return { ...present('zones', zones), ...present('nodes', nodes) };
}

function namesOf(value: unknown): readonly string[] | undefined {
  const names = listOf(value).flatMap((each) => stringOf(fieldsOf(each)['name']) ?? []);
  // A copy has no room for more; an array that has grown has it for 17, at each endpoint.
  return names.length === 0 ? undefined : names.slice();
}

/** An attribute that is not known is absent, not undefined. */
function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
