import { percentDecode } from './percent.js';

/** The parts of a target that is a URI. */
export interface TargetUri {
  /** Lower-case. */
  readonly scheme: string;
  readonly authority: string;
  readonly endpoint: string;
  /** Scheme, authority and path as written; parsing it again gives the same parts. */
  readonly uri: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
// eslint-disable-next-line no-control-regex -- control characters are what is searched for
const CONTROL = /[\u0000-\u001f\u007f]/;
const PORT = /^(:\d*)?$/;
const MALFORMED = 'a malformed percent-encoding';

/** The scheme that a text begins with, in lower case, if it begins with one. */
export function schemeOf(text: string): string | undefined {
  return SCHEME.exec(text)?.[1]?.toLowerCase();
}

/**
 * Reads `scheme:[//authority]/path` or `scheme:opaque` by the rules of RFC 3986 as Go's `url.Parse` applies them, which
 * is the parser that the gRPC naming document is tested against. Query and fragment are cut off: they are no part of an
 * endpoint. An opaque endpoint is taken as written, a path is percent-decoded and loses one leading `/`.
 *
 * The platform's own `URL` follows the WHATWG rules instead, which rewrite hosts, slashes and spaces.
 *
 * @returns what is wrong, in words, when the text is no URI.
 */
export function parseTargetUri(text: string): TargetUri | string {
  const scheme = schemeOf(text);
  if (scheme === undefined) return 'no scheme';
  if (CONTROL.test(text)) return 'control characters are not allowed';
  const [withQuery, fragment] = cut(text.slice(scheme.length + 1), '#');
  if (percentDecode(fragment) === undefined) return MALFORMED;
  const [rest] = cut(withQuery, '?');
  if (!rest.startsWith('/')) return { scheme, authority: '', endpoint: rest, uri: `${scheme}:${rest}` };
  return parseHierarchy(scheme, rest);
}

function parseHierarchy(scheme: string, hierarchy: string): TargetUri | string {
  const [authority, path] = splitAuthority(hierarchy);
  const problem = authorityProblem(authority);
  if (problem !== undefined) return problem;
  const decoded = percentDecode(path);
  if (decoded === undefined) return MALFORMED;
  return { scheme, authority, endpoint: decoded.replace(/^\//, ''), uri: `${scheme}://${authority}${path || '/'}` };
}

function splitAuthority(hierarchy: string): readonly [authority: string, path: string] {
  if (!hierarchy.startsWith('//')) return ['', hierarchy];
  const slash = hierarchy.indexOf('/', 2);
  return slash < 0 ? [hierarchy.slice(2), ''] : [hierarchy.slice(2, slash), hierarchy.slice(slash)];
}

/** `[user@]host[:digits]`, the host in brackets when it is an IPv6 literal; and no character that a host cannot have. */
function authorityProblem(authority: string): string | undefined {
  if (percentDecode(authority) === undefined) return MALFORMED;
  if (/[\s"<>\\^`{|}]/.test(authority)) return 'a character in the authority that a host cannot have';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!host.startsWith('[')) {
    const colon = host.lastIndexOf(':');
    return colon < 0 || PORT.test(host.slice(colon)) ? undefined : 'the port in the authority is not a number';
  }
  const bracket = host.lastIndexOf(']');
  if (bracket < 0) return 'a missing "]" in the authority';
  return PORT.test(host.slice(bracket + 1)) ? undefined : 'the port in the authority is not a number';
}

function cut(text: string, separator: string): readonly [before: string, after: string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
