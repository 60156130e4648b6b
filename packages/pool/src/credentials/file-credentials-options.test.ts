import { describe, expect, test } from '@jest/globals';
import { fileCredentials } from './file-credentials.js';
import { resolveFileCredentialsOptions, type FileCredentialsOptions } from './file-credentials-options.js';

describe('the options of credentials from files', () => {
  test.each<[unknown, string]>([
    [{}, 'options: {} (expected: rootCertsFile, or privateKeyFile and certChainFile, or all three)'],
    [{ privateKeyFile: 'tls.key' }, 'certChainFile: undefined (expected: a path, because privateKeyFile is given)'],
    [
      { certChainFile: 'tls.crt', rootCertsFile: 'ca.crt' },
      'privateKeyFile: undefined (expected: a path, because certChainFile is given)',
    ],
    [{ rootCertsFile: '' }, 'rootCertsFile: "" (expected: a path)'],
    [{ rootCertFile: 'ca.crt' }, 'rootCertFile: "ca.crt" (expected: unknown option (did you mean `rootCertsFile`?))'],
    [
      { rootCertsFile: 'ca.crt', refreshIntervalMs: 10 },
      'refreshIntervalMs: 10 (expected: a duration, at least 1000 ms, or Infinity)',
    ],
    [
      { rootCertsFile: 'ca.crt', verifyOptions: { rejectUnauthorized: 'no' } },
      'verifyOptions.rejectUnauthorized: "no" (expected: true or false)',
    ],
    [
      { rootCertsFile: 'ca.crt', verifyOptions: { checkServerIdentity: true } },
      'verifyOptions.checkServerIdentity: true (expected: a function)',
    ],
    [
      { rootCertsFile: 'ca.crt', verifyOptions: { servername: 'x' } },
      expect.stringContaining('verifyOptions.servername') as never,
    ],
  ])('are refused: %j', (options, message) => {
    expect(() => fileCredentials(options as FileCredentialsOptions)).toThrow(
      expect.objectContaining({ code: 'FAIRLEAD_INVALID_OPTION', message }),
    );
  });

  test('are completed, and the verify options go on as they are', () => {
    const checkServerIdentity = (): undefined => undefined;
    const verifyOptions = { checkServerIdentity, rejectUnauthorized: false };
    expect(resolveFileCredentialsOptions({ rootCertsFile: 'ca.crt', verifyOptions })).toEqual({
      rootCertsFile: 'ca.crt',
      privateKeyFile: undefined,
      certChainFile: undefined,
      refreshIntervalMs: 60_000,
      verifyOptions,
    });
  });

  test('name files that are not touched before the first connection', () => {
    expect(() => fileCredentials({ rootCertsFile: '/nowhere/ca.crt' })).not.toThrow();
  });
});
