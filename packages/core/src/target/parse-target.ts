import { InvalidTargetError } from '../errors/invalid-target-error.js';
import type { ResolverFactory } from '../resolver/resolver.js';
import { encodeAuthority } from './percent.js';
import { parseTargetUri, schemeOf, type TargetUri } from './target-uri.js';
import type { SchemeRegistry } from './scheme-registry.js';
import type { Target } from './target.js';

/**
 * Schemes that mean something to people who use gRPC. Falling back to DNS with one of them would look for a host of
 * that name and fail with a puzzling error much later.
 */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  kubernetes: 'register the resolver of @fairlead/kubernetes',
  k8s: 'register the resolver of @fairlead/kubernetes and write kubernetes:///',
  xds: 'register the xdsResolverFactory of @fairlead/pool',
  file: 'register the fileResolverFactory of @fairlead/pool',
  passthrough: 'register the passthroughResolverFactory of @fairlead/pool',
  'unix-abstract': 'register the unixResolverFactory of @fairlead/pool',
  vsock: 'vsock addresses are not supported by this version',
};

/**
 * Parses what a user names (gRPC naming: grpc/grpc doc/naming.md), and finds who resolves it.
 *
 * A text without a scheme, or with one that nobody serves, is a whole endpoint of the default scheme: `greeter:50051`
 * is `dns:///greeter:50051`. Exceptions are schemes that gRPC or Fairlead knows and that are not registered
 * (`kubernetes`, `xds`, …): these are errors that say what to do.
 *
 * The endpoint's form is the scheme's business and is checked by the factory's `create`.
 *
 * @throws InvalidTargetError
 */
export function parseTarget(
  target: string,
  schemes: SchemeRegistry,
): { readonly target: Target; readonly factory: ResolverFactory } {
  if (typeof target !== 'string' || target === '') {
    const problem = target === '' ? 'empty' : 'not a string';
    throw new InvalidTargetError(String(target), `${problem} (expected: scheme://authority/endpoint or a host name)`);
  }
  const scheme = schemeOf(target);
  const factory = scheme === undefined ? undefined : schemes.get(scheme);
  if (factory !== undefined) return { target: requireUri(target, target), factory };
  if (scheme !== undefined && Object.hasOwn(WELL_KNOWN, scheme)) {
    const meantHost = `a host of this name is written ${schemes.defaultScheme}:///${target}`;
    throw new InvalidTargetError(target, `nobody serves ${scheme}: ${WELL_KNOWN[scheme]} (${meantHost})`);
  }
  return parseWithDefaultScheme(target, schemes);
}

function parseWithDefaultScheme(
  target: string,
  schemes: SchemeRegistry,
): { readonly target: Target; readonly factory: ResolverFactory } {
  const factory = schemes.get(schemes.defaultScheme);
  if (factory === undefined) {
    throw new InvalidTargetError(target, `no resolver is registered for the default scheme ${schemes.defaultScheme}`);
  }
  return { target: requireUri(`${schemes.defaultScheme}:///${target}`, target), factory };
}

function requireUri(text: string, target: string): TargetUri {
  const uri = parseTargetUri(text);
  if (typeof uri === 'string') throw new InvalidTargetError(target, uri);
  return uri;
}

/**
 * What a channel to the target sends as `:authority` and expects in the server's certificate, unless the user or the
 * credentials override it: what the scheme prescribes, else `localhost` before an endpoint that is only a port, else
 * the endpoint, percent-encoded (grpc-go `initAuthority`).
 */
export function authorityOf(target: Target, factory: ResolverFactory): string {
  const prescribed = factory.authority?.(target);
  if (prescribed !== undefined) return prescribed;
  if (target.endpoint.startsWith(':')) return `localhost${encodeAuthority(target.endpoint)}`;
  return encodeAuthority(target.endpoint);
}
