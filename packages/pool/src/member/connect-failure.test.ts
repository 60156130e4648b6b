import { describe, expect, test } from '@jest/globals';
import { describeConnectFailure } from './connect-failure.js';

const alert = (words: string): string =>
  `807CF315937F0000:error:0A00045C:SSL routines:ssl3_read_bytes:${words}:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 116\n (2026-11-23T13:28:35.370Z)`;

describe('why a connection could not be made', () => {
  test.each([
    ['certificate has expired', "the server's certificate has expired"],
    ['certificate is not yet valid', "the server's certificate is not yet valid"],
    [
      'self-signed certificate in certificate chain',
      "the server's certificate is of no authority that the client trusts",
    ],
    ['unable to get local issuer certificate', "the server's certificate is of no authority that the client trusts"],
    ['unable to verify the first certificate', "the server's certificate is of no authority that the client trusts"],
  ])("is put into words, and Node's own are kept: %s", (reason, meaning) => {
    expect(describeConnectFailure('10.0.0.1:443', reason, true)).toBe(
      `connect to 10.0.0.1:443 failed: ${meaning} (${reason})`,
    );
  });

  test.each([
    ['tlsv13 alert certificate required', 'the server demands a client certificate'],
    ['sslv3 alert certificate expired', "the client's certificate has expired"],
    ['tlsv1 alert unknown ca', "the server does not trust the authority of the client's certificate"],
    ['sslv3 alert bad certificate', "the server refused the client's certificate"],
    ['sslv3 alert certificate unknown', "the server refused the client's certificate"],
    ['tlsv1 alert protocol version', 'client and server have no version of TLS in common'],
    ['wrong version number', 'the server does not speak TLS'],
  ])('is read from what OpenSSL says: %s', (words, meaning) => {
    expect(describeConnectFailure('10.0.0.1:443', alert(words), true)).toBe(
      `connect to 10.0.0.1:443 failed: ${meaning} (${words})`,
    );
  });

  test.each(['Failed to connect', 'read ECONNRESET', 'write EPIPE'])(
    'is guessed when the server hangs up without a word, by what the client spoke: %s',
    (words) => {
      const reason = `${words} (2026-11-23T13:28:35.684Z)`;
      const guess = (secure: boolean): string => describeConnectFailure('10.0.0.1:1', reason, secure);
      expect(guess(true)).toMatch(new RegExp(`hung up .* refuse the client's certificate \\(${words}\\)$`));
      expect(guess(false)).toMatch(new RegExp(`hung up .* may expect TLS \\(${words}\\)$`));
    },
  );

  test('is left as it is when it has the address already, and gets one when it has none', () => {
    const refused = 'connect ECONNREFUSED 10.0.0.1:1';
    expect(describeConnectFailure('10.0.0.1:1', refused, true)).toBe(refused);
    expect(describeConnectFailure('10.0.0.1:1', 'Socket closed', false)).toBe(
      'connect to 10.0.0.1:1 failed: Socket closed',
    );
    expect(describeConnectFailure('10.0.0.1:1', alert('something new'), true)).toBe(
      'connect to 10.0.0.1:1 failed: something new',
    );
  });
});
