import { resolve } from 'node:path';
import { InvalidTargetError, type ResolverFactory, type Target } from '@fairlead/core';
import { FileResolver } from './file-resolver.js';

/**
 * `file:///etc/greeter/pods.json` and `file:relative.yaml`: the pods, and a service config, that stand in a file, as JSON or (by
 * the name `.yaml`, `.yml`) as YAML. Its shape is {@link EndpointFile}.
 *
 * The file is read again when it changes, however it is changed: written, replaced, swapped as a ConfigMap is; should the
 * system not tell, within `refreshIntervalMs`. While it is missing or makes no sense, the last good pods stay, and the error
 * names the field.
 *
 * Its pods have no common name: the authority is `localhost` and certificates are verified against addresses, unless
 * `grpc.default_authority` and `grpc.ssl_target_name_override` say otherwise.
 */
export const fileResolverFactory: ResolverFactory = {
  schemes: ['file'],
  create: (target, { clock, options: { refreshIntervalMs: intervalMs } }) =>
    new FileResolver({ path: pathOf(target), intervalMs, clock }),
  authority: () => 'localhost',
};

function pathOf({ authority, endpoint, uri }: Target): string {
  if (authority !== '') throw new InvalidTargetError(uri, 'file targets have no authority (expected: file:///path)');
  if (endpoint === '' || endpoint.endsWith('/')) throw new InvalidTargetError(uri, 'the path of a file is missing');
  if (endpoint.includes('\0')) throw new InvalidTargetError(uri, 'a NUL character in the path');
  // parseTarget removes one leading slash, which here belongs to the path.
  return uri.startsWith('file://') ? `/${endpoint.replace(/^\//, '')}` : resolve(endpoint);
}
