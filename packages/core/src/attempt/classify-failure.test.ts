import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyFailure } from './classify-failure.js';
import type { FailureClass } from './failure-class.js';

describe('classifyFailure', () => {
  const known: [code: number, details: string, failure: FailureClass][] = [
    [14, 'No connection established', 'unsent'],
    [14, 'No connection established. Last error: connect ECONNREFUSED 10.0.0.1:50051. Resolution note: ', 'unsent'],
    [14, 'Channel closed before call started', 'unsent'],
    [14, 'Name resolution failed for target dns:greeter.prod:50051', 'unsent'],
    [13, 'Failed to start HTTP/2 stream with error The session has been destroyed', 'unsent'],
    [13, 'Failed to start HTTP/2 stream with error New streams cannot be created after receiving a GOAWAY', 'unsent'],
    [14, 'Stream refused by server', 'refused'],
  ];

  test.each(known)('%i %s → %s', (code, details, failure) => {
    expect(classifyFailure({ code, details, fromServer: false })).toBe(failure);
  });

  test.each(known)('%i %s that a server sent is maybe-processed', (code, details) => {
    expect(classifyFailure({ code, details, fromServer: true })).toBe('maybe-processed');
  });

  test.each(known)('the text of %i %s with another code is maybe-processed', (code, details) => {
    for (let other = 0; other <= 16; other++) {
      if (other === code) continue;
      expect(classifyFailure({ code: other, details, fromServer: false })).toBe('maybe-processed');
    }
  });

  test.each([
    [14, 'read ECONNRESET'],
    [14, 'Connection dropped'],
    [14, 'Write error: write EPIPE'],
    [14, 'Received HTTP status code 503'],
    [14, 'Getting metadata from plugin failed with error: no token'],
    [13, 'Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code 2'],
    [13, 'Received RST_STREAM with code 2 (Internal server error)'],
    [8, 'Bandwidth exhausted or memory limit exceeded'],
    [8, 'Attempted to send message with a size larger than 4'],
    [4, 'Deadline exceeded after 1.000s,waiting for name resolution'],
    [1, 'Call cancelled'],
    [13, 'Failed to start HTTP/2 stream with error HTTP/1 Connection specific headers are forbidden: "connection"'],
    [13, 'Failed to start HTTP/2 stream with error '],
    [14, 'Stream refused by server, and more'],
    [14, ''],
  ])('%i %s → maybe-processed', (code, details) => {
    expect(classifyFailure({ code, details, fromServer: false })).toBe('maybe-processed');
  });

  test('whatever a server sends, and whatever is not known, is maybe-processed', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 20 }), fc.string(), fc.boolean(), (code, details, fromServer) => {
        expect(classifyFailure({ code, details, fromServer })).toBe('maybe-processed');
      }),
    );
  });
});
