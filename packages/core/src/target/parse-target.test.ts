import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { InvalidTargetError } from '../errors/invalid-target-error.js';
import type { ResolverFactory } from '../resolver/resolver.js';
import { authorityOf, parseTarget } from './parse-target.js';
import { encodeAuthority } from './percent.js';
import { SchemeRegistry } from './scheme-registry.js';

const factoryOf = (...schemes: string[]): ResolverFactory => ({
  schemes,
  create: () => ({ start: () => undefined, refresh: () => undefined, close: () => undefined }),
});
const dns = factoryOf('dns');
const others = factoryOf('unix', 'unix-abstract', 'passthrough');
const registry = new SchemeRegistry([dns, others]);

describe('parseTarget', () => {
  // grpc-go clientconn_parsed_target_test.go, TestParsedTarget_Success_WithoutCustomDialer, default scheme dns.
  test.each([
    ['://a/b', 'dns', '', '://a/b'],
    ['a//b', 'dns', '', 'a//b'],
    ['a:///', 'dns', '', 'a:///'],
    ['a:b', 'dns', '', 'a:b'],
    ['a://b', 'dns', '', 'a://b'],
    [':', 'dns', '', ':'],
    ['a/b', 'dns', '', 'a/b'],
    ['/', 'dns', '', '/'],
    ['google.com', 'dns', '', 'google.com'],
    ['google.com/?a=b', 'dns', '', 'google.com/'],
    ['/unix/socket/address', 'dns', '', '/unix/socket/address'],
    ['dns://a.server.com/google.com', 'dns', 'a.server.com', 'google.com'],
    ['dns:///google.com', 'dns', '', 'google.com'],
    ['dns:google.com:80', 'dns', '', 'google.com:80'],
    ['DNS:///google.com', 'dns', '', 'google.com'],
    ['dns:/a/b/c', 'dns', '', 'a/b/c'],
    ['dns:///a%20b', 'dns', '', 'a b'],
    ['dns:///%E2%82%AC', 'dns', '', '€'],
    ['dns:////a', 'dns', '', '/a'],
    ['dns:', 'dns', '', ''],
    ['dns://10.0.0.1:53/x', 'dns', '10.0.0.1:53', 'x'],
    ['dns://[::1]:53/x', 'dns', '[::1]:53', 'x'],
    ['dns://user@host/x', 'dns', 'user@host', 'x'],
    ['dns://a%2Db/x', 'dns', 'a%2Db', 'x'],
    ['unregistered:/a/b/c', 'dns', '', 'unregistered:/a/b/c'],
    ['localhost:50051', 'dns', '', 'localhost:50051'],
    ['10.0.0.1:50051', 'dns', '', '10.0.0.1:50051'],
    ['[::1]:50051', 'dns', '', '[::1]:50051'],
    ['::1', 'dns', '', '::1'],
    ['passthrough:///unix:///a/b/c', 'passthrough', '', 'unix:///a/b/c'],
    ['unix-abstract:a b', 'unix-abstract', '', 'a b'],
    ['unix-abstract:/ a///://::!@#$%25^&*()b', 'unix-abstract', '', ' a///://::!@'],
    ['unix-abstract:passthrough:abc', 'unix-abstract', '', 'passthrough:abc'],
    ['unix-abstract:///a/b/c', 'unix-abstract', '', 'a/b/c'],
    ['unix:///a/b', 'unix', '', 'a/b'],
    ['unix:/a/b', 'unix', '', 'a/b'],
    ['unix:a/b', 'unix', '', 'a/b'],
    ['unix://domain/a', 'unix', 'domain', 'a'],
  ])('%s → %s, %j, %j', (text, scheme, authority, endpoint) => {
    const { target, factory } = parseTarget(text, registry);
    expect(target).toMatchObject({ scheme, authority, endpoint });
    expect(factory).toBe(scheme === 'dns' ? dns : others);
  });

  test.each([
    ['greeter:50051', 'dns:///greeter:50051'],
    ['dns:///greeter:50051', 'dns:///greeter:50051'],
    ['DNS:/greeter:50051', 'dns:///greeter:50051'],
    ['dns://10.0.0.1/a%20b', 'dns://10.0.0.1/a%20b'],
    // An opaque endpoint is taken as written, so its URI must stay opaque: here it is a relative path.
    ['unix:a/b', 'unix:a/b'],
    ['unix:/a/b', 'unix:///a/b'],
  ])('the URI of %s is %s', (text, uri) => {
    expect(parseTarget(text, registry).target.uri).toBe(uri);
  });

  test.each([
    ['', 'invalid target "": empty'],
    ['dns:///%zz', 'malformed percent-encoding'],
    ['dns:///%ff', 'malformed percent-encoding'],
    ['host%', 'malformed percent-encoding'],
    ['dns:///a#%zz', 'malformed percent-encoding'],
    ['dns:///a\u0000b', 'control characters'],
    ['a\nb', 'control characters'],
    ['dns://a:b/c', 'the port in the authority is not a number'],
    ['dns://[::1/c', 'a missing "]"'],
    ['dns://[::1]x/c', 'the port in the authority is not a number'],
    ['dns://a b/c', 'a character in the authority'],
    ['kubernetes:///a.b:grpc', 'nobody serves kubernetes: register the resolver of @fairlead/kubernetes'],
    ['k8s:///a', '@fairlead/kubernetes'],
    ['xds:///a', 'register the xdsResolverFactory of @fairlead/pool'],
    ['file:///etc/endpoints.json', 'nobody serves file'],
    ['vsock:1:2', 'vsock addresses are not supported'],
    ['xds:8080', 'a host of this name is written dns:///xds:8080'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTarget(text, registry)).toThrow(InvalidTargetError);
    expect(() => parseTarget(text, registry)).toThrow(message);
  });

  test('a well-known scheme that is registered is served', () => {
    const factory = factoryOf('kubernetes');
    const own = new SchemeRegistry([dns, factory]);
    expect(parseTarget('kubernetes:///a.b:grpc', own)).toMatchObject({ factory, target: { endpoint: 'a.b:grpc' } });
  });

  test('an own default scheme takes what names none', () => {
    const own = new SchemeRegistry([dns, others], { defaultScheme: 'passthrough' });
    expect(parseTarget('a:b', own).target).toMatchObject({ scheme: 'passthrough', endpoint: 'a:b' });
    own.setDefaultScheme('dns');
    expect(parseTarget('a:b', own).target.scheme).toBe('dns');
    own.setDefaultScheme('nobody');
    expect(() => parseTarget('a:b', own)).toThrow('no resolver is registered for the default scheme nobody');
  });

  test('throws nothing but InvalidTargetError, and its URI gives the same target again', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'dns',
        'unix',
        ':',
        '/',
        '//',
        '%',
        '%20',
        '%zz',
        '?',
        '#',
        '[',
        ']',
        '@',
        ' ',
        '\u0000',
        '€',
        '\ud800',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            const { target } = parseTarget(text, registry);
            expect(parseTarget(target.uri, registry).target).toEqual(target);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidTargetError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('SchemeRegistry', () => {
  test('finds factories by any of their schemes, and the newest of two', () => {
    const own = new SchemeRegistry([dns, others]);
    expect([own.get('UNIX'), own.get('dns'), own.get('x'), own.defaultScheme]).toEqual([others, dns, undefined, 'dns']);
    const newer = factoryOf('dns');
    own.register(newer);
    expect(own.get('dns')).toBe(newer);
  });

  test.each([[[]], [['DNS']], [['a:b']], [['']]])('refuses a factory with the schemes %j', (schemes) => {
    expect(() => new SchemeRegistry([factoryOf(...schemes)])).toThrow(InvalidOptionError);
  });
});

describe('authorities', () => {
  const authority = (text: string, factory = dns) => authorityOf(parseTarget(text, registry).target, factory);

  test('come from the scheme, else from the endpoint', () => {
    expect(authority('unix:/run/x.sock', { ...others, authority: () => 'localhost' })).toBe('localhost');
    expect(authority('dns:///greeter.prod:50051')).toBe('greeter.prod:50051');
    expect(authority('dns:///:50051')).toBe('localhost:50051');
    expect(authority('dns://8.8.8.8/greeter')).toBe('greeter');
    expect(authority('/run/x.sock')).toBe('%2Frun%2Fx.sock');
  });

  // grpc-go clientconn_authority_test.go / TestEncodeAuthority.
  test.each([
    ['userinfo@host:8080', 'userinfo@host:8080'],
    ['[::1]:8080', '[::1]:8080'],
    ["-_.~!$&'()*+,;=", "-_.~!$&'()*+,;="],
    ['host name', 'host%20name'],
    ['a/b?c#d', 'a%2Fb%3Fc%23d'],
    ['50%', '50%25'],
    ['€', '%E2%82%AC'],
    ['', ''],
  ])('%j is encoded as %j', (name, encoded) => {
    expect(encodeAuthority(name)).toBe(encoded);
  });

  test('are pure ASCII that decodes to the name again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const encoded = encodeAuthority(name);
        expect(encoded).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeURIComponent(encoded)).toBe(name);
      }),
    );
    expect(encodeAuthority('\ud800')).toBe('%EF%BF%BD');
  });
});
