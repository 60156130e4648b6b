import type { Attributes } from '@opentelemetry/api';

/**
 * `server.address` and `server.port` of a target, by the semantic conventions: the name that the user gave, not the pod.
 * What is no single host and port is an address as a whole.
 */
export function serverAddressOf(target: string): Attributes {
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*):(.*)$/is.exec(target) ?? [];
  const endpoint = rest.replace(/^\/\/[^/]*\//, '');
  if (scheme === 'unix' || scheme === 'unix-abstract') return { 'server.address': rest.replace(/^\/\/(?=\/)/, '') };
  const match = /^(\[[^\]]+\]|[^:,/]+):(\d+)$/.exec(endpoint);
  if (match) return { 'server.address': match[1]!.replace(/^\[|\]$/g, ''), 'server.port': Number(match[2]) };
  return { 'server.address': /^[^:,/]+$/.test(endpoint) ? endpoint : target };
}
