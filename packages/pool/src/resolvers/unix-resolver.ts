import {
  endpointAt,
  InvalidTargetError,
  UnsupportedPlatformError,
  type ResolverFactory,
  type Target,
} from '@fairlead/core';
import { FixedResolver } from './fixed-resolver.js';

/** `sun_path` of Linux without its final NUL; macOS has four bytes less, and says so when it connects. */
const MAX_PATH_BYTES = 107;

/**
 * One server on a Unix domain socket (gRPC naming): `unix:relative/path`, `unix:/absolute/path` and `unix:///absolute/path`,
 * and on Linux `unix-abstract:name`, whose name is no file.
 *
 * The three ways to write an absolute path mean the same; an authority (`unix://host/path`) is refused. An abstract name is
 * taken as it stands, also a `/` at its beginning (grpc-go).
 */
export const unixResolverFactory: ResolverFactory = unixResolver(process.platform);

/** @param platform of this process, as `process.platform` names it. */
export function unixResolver(platform: NodeJS.Platform): ResolverFactory {
  return {
    schemes: ['unix', 'unix-abstract'],
    create(target, { clock }) {
      if (target.scheme === 'unix-abstract' && platform !== 'linux') {
        throw new UnsupportedPlatformError(target.uri, `abstract Unix sockets exist on Linux only, not on ${platform}`);
      }
      const endpoints = [endpointAt({ kind: 'unix', path: socketPath(target) })];
      return new FixedResolver({ endpoints, attributes: { source: target.scheme } }, clock);
    },
    authority: () => 'localhost',
  };
}

function socketPath({ authority, endpoint, scheme, uri }: Target): string {
  const abstract = scheme === 'unix-abstract';
  const refuse = (reason: string): never => {
    throw new InvalidTargetError(uri, reason);
  };
  if (authority !== '')
    refuse(`${scheme} targets have no authority (expected: ${scheme}:${abstract ? 'name' : '///path'})`);
  if (endpoint === '') refuse(abstract ? 'the name is missing' : 'the path is missing');
  // parseTarget removes one leading slash, which here belongs to the path.
  const path = uri.startsWith(`${scheme}://`) ? `/${abstract ? endpoint : endpoint.replace(/^\//, '')}` : endpoint;
  const full = abstract ? `\0${path}` : path;
  const bytes = Buffer.byteLength(full);
  if (bytes > MAX_PATH_BYTES) refuse(`the path has ${bytes} bytes (expected: at most ${MAX_PATH_BYTES})`);
  if (path.includes('\0')) refuse('a NUL character in the path');
  return full;
}
