import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidTargetError } from '../errors/invalid-target-error.js';
import { parseHostPort } from './host-port.js';

describe('parseHostPort', () => {
  test.each([
    ['greeter', 'greeter', 443, 0],
    ['greeter.prod.svc.cluster.local:50051', 'greeter.prod.svc.cluster.local', 50_051, 0],
    ['greeter_1:1', 'greeter_1', 1, 0],
    ['10.0.0.1', '10.0.0.1', 443, 4],
    ['10.0.0.1:80', '10.0.0.1', 80, 4],
    ['::1', '::1', 443, 6],
    ['fd00::1', 'fd00::1', 443, 6],
    ['[::1]', '::1', 443, 6],
    ['[fd00::1]:65535', 'fd00::1', 65_535, 6],
    ['fe80::1%eth0', 'fe80::1%eth0', 443, 6],
    [':80', 'localhost', 80, 0],
    ['10.0.0.256:80', '10.0.0.256', 80, 0],
  ])('%s → %s, %i, %i', (endpoint, host, port, ip) => {
    expect(parseHostPort(endpoint)).toEqual({ host, port, ip });
  });

  test('takes another default port', () => {
    expect(parseHostPort('greeter', 50_051).port).toBe(50_051);
    expect(parseHostPort('[::1]', 50_051).port).toBe(50_051);
  });

  test.each([
    ['', 'missing address'],
    ['host:', 'missing port after the colon'],
    ['[::1]:', 'missing port after the colon'],
    ['host:0', 'port: 0 (expected: 1 to 65535)'],
    ['host:70000', 'port: 70000'],
    ['host:grpc', 'port: grpc'],
    ['host:-1', 'port: -1'],
    ['host:1e3', 'port: 1e3'],
    ['host:123456', 'port: 123456'],
    ['a:b:c', 'too many colons'],
    ['[a]:1', 'no IPv6 address between the brackets'],
    ['[]:1', 'no IPv6 address between the brackets'],
    ['[10.0.0.1]:1', 'no IPv6 address between the brackets'],
    ['[::1', 'too many colons'],
    ['a/b', 'a character that a host name cannot have'],
    ['a b:1', 'a character that a host name cannot have'],
  ])('refuses %j', (endpoint, message) => {
    expect(() => parseHostPort(endpoint)).toThrow(InvalidTargetError);
    expect(() => parseHostPort(endpoint)).toThrow(message);
  });

  test('throws nothing but InvalidTargetError, and answers a host and a port within range', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain()), fc.integer(), (host, port) => {
        for (const endpoint of [host, `${host}:${port}`, `[${host}]:${port}`]) {
          try {
            const parsed = parseHostPort(endpoint);
            expect(parsed.host).not.toBe('');
            expect(parsed.port >= 1 && parsed.port <= 65_535).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidTargetError);
          }
        }
      }),
    );
  });
});
