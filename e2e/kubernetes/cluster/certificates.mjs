import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A CA that lives as long as the suite, and what the API server needs: its certificate, and a key to sign tokens with. */
export function makeCertificates(folder, names) {
  const file = (name) => join(folder, name);
  const openssl = (args) => execFileSync('openssl', args, { stdio: 'pipe' });
  openssl(['req', '-x509', ...KEY, '-subj', '/CN=e2e', '-keyout', file('ca.key'), '-out', file('ca.crt')]);
  openssl([
    'req',
    ...KEY.slice(0, -2),
    '-subj',
    '/CN=kube-apiserver',
    '-keyout',
    file('server.key'),
    '-out',
    file('server.csr'),
  ]);
  writeFileSync(file('server.ext'), `subjectAltName=${names.join(',')}\n`);
  const issue = [
    'x509',
    '-req',
    '-days',
    '2',
    '-CAcreateserial',
    '-in',
    file('server.csr'),
    '-extfile',
    file('server.ext'),
  ];
  openssl([...issue, '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-out', file('server.crt')]);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  writeFileSync(file('tokens.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(file('tokens.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  return {
    ca: file('ca.crt'),
    certificate: file('server.crt'),
    key: file('server.key'),
    tokenKey: file('tokens.key'),
    tokenPublicKey: file('tokens.pub'),
  };
}
