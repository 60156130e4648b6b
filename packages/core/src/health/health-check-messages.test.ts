import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeHealthCheckResponse, encodeHealthCheckRequest } from './health-check-messages.js';

const decode = (...bytes: number[]): string | undefined => decodeHealthCheckResponse(Uint8Array.from(bytes));

describe('a request for the health of a service', () => {
  test.each([
    ['', []],
    ['foo', [0x0a, 3, 0x66, 0x6f, 0x6f]],
    ['é', [0x0a, 2, 0xc3, 0xa9]],
  ])('%j is these bytes', (service, bytes) => {
    expect([...encodeHealthCheckRequest(service)]).toEqual(bytes);
  });
});

describe('an answer', () => {
  test.each([
    ['UNKNOWN', []],
    ['UNKNOWN', [0x08, 0]],
    ['SERVING', [0x08, 1]],
    ['NOT_SERVING', [0x08, 2]],
    ['SERVICE_UNKNOWN', [0x08, 3]],
    ['7', [0x08, 7]],
  ])('says %s', (status, bytes) => {
    expect(decode(...bytes)).toBe(status);
  });

  test('is read whatever else is in it', () => {
    expect(decode(0x12, 1, 0x61, 0x08, 1, 0x18, 5)).toBe('SERVING');
    expect(decode(0x0a, 1, 0x61)).toBe('UNKNOWN');
  });

  test('that is no message is none, whatever the bytes', () => {
    expect([decode(0x08), decode(0xff, 0xff)]).toEqual([undefined, undefined]);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeHealthCheckResponse(bytes)));
  });
});
