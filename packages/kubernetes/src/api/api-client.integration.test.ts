import { cpSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ApiServerOptions } from '../../test/support/api-server.js';
import { certificate, certificateFile, serverTls } from '../../test/support/certificates.js';
import { ResolverHarness } from '../../test/support/resolver-harness.js';
import { pod, slice } from '../../test/support/slices.js';
import { CEILING_MS, settle } from '../../test/support/until.js';

jest.setTimeout(CEILING_MS);

const TARGET = 'kubernetes:///greeter.prod';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let harness: ResolverHarness;

const start = async (options: ApiServerOptions = {}): Promise<ResolverHarness> =>
  (harness = await ResolverHarness.start(options));

afterEach(() => harness.close());

describe('the token', () => {
  /** A cluster whose token is in a file, and a function that ends the watch in the way of the server. */
  async function withTokenFile(): Promise<() => Promise<void>> {
    const { server } = await start();
    harness.kubeconfig({ server: server.url }, { tokenFile: harness.write('token', 'first\n') });
    harness.resolve(TARGET);
    const list = await server.next('list');
    expect(list.token).toBe('first');
    list.list([], '1');
    let watch = (await server.next('watch')).accept();
    await settle();
    return async () => {
      harness.clock.advance(2_000);
      watch.end();
      watch = await server.next('watch');
    };
  }

  test('is read again when it is 50 s old, and not for every request', async () => {
    const rewatch = await withTokenFile();
    const { clock, server } = harness;
    harness.write('token', 'second');
    await rewatch();
    expect(server.exchanges.at(-1)?.token).toBe('first');
    server.exchanges.at(-1)?.accept();
    await settle();
    clock.advance(48_000);
    await settle();
    server.exchanges.at(-1)?.bookmark('2').end();
    expect((await server.next('watch')).token).toBe('second');
  });

  test('is read again when the server refuses it: the request is repeated at once with the new one', async () => {
    const rewatch = await withTokenFile();
    const { server } = harness;
    harness.write('token', 'second');
    await rewatch();
    server.exchanges.at(-1)?.refuse(401, 'Unauthorized');
    const again = await server.next('watch');
    expect([again.token, again.version]).toEqual(['second', '1']);
  });

  test('that is refused and has not changed is an error, which is waited for', async () => {
    const { server } = await start();
    harness.kubeconfig({ server: server.url }, { tokenFile: harness.write('token', 'first') });
    const told = harness.resolve(TARGET);
    (await server.next('list')).refuse(401, 'Unauthorized', 'the token has expired');
    expect((await told.error(1)).message).toBe(
      'cannot list endpointslices in the namespace prod: the token has expired (401)',
    );
    harness.write('token', 'second');
    await settle();
    harness.clock.advance(1_600);
    expect((await server.next('list')).token).toBe('second');
  });

  test('is believed whatever it says of its own end: the wall clock may be wrong', async () => {
    const { server, clock } = await start();
    const expired = `${base64('{}')}.${base64(JSON.stringify({ exp: 1, nbf: 4e9 }))}.x`;
    harness.kubeconfig({ server: server.url }, { tokenFile: harness.write('token', expired) });
    clock.setEpoch(Date.UTC(1999, 0, 1));
    harness.resolve(TARGET);
    expect((await server.next('list')).token).toBe(expired);
  });

  test('of a file that is gone for a moment is the last one; of one that never was is an error', async () => {
    const rewatch = await withTokenFile();
    rmSync(join(harness.directory, 'token'));
    harness.clock.advance(60_000);
    await rewatch();
    expect(harness.server.exchanges.at(-1)?.token).toBe('first');
    harness.kubeconfig({ server: harness.server.url }, { tokenFile: '/nowhere/token' });
    const told = harness.resolve(TARGET, { additionDelayMs: 1 });
    expect((await told.error(1)).message).toBe('/nowhere/token: it cannot be read');
  });
});

describe('TLS', () => {
  test('the server is verified against the CA of the cluster', async () => {
    const { server } = await start({ tls: serverTls('loopback') });
    harness.kubeconfig({ server: server.url, 'certificate-authority-data': base64(certificate('ca.pem')) }, {});
    const told = harness.resolve(TARGET);
    (await server.next('list')).list([slice('a', [pod(1)])], '1');
    (await server.next('watch')).accept().events(['MODIFIED', slice('a', [pod(1), pod(2)], { version: '2' })]);
    await told.state(1);
    await settle();
    harness.clock.advance(200);
    expect(told.addresses).toEqual(['10.0.0.1:50051', '10.0.0.2:50051']);
  });

  test.each([
    ['an unknown authority', 'loopback', {}, /self-signed certificate in certificate chain|unable to (get|verify)/],
    ['another name', 'greeter', { 'certificate-authority': 'ca.pem' }, /IP: 127\.0\.0\.1 is not in the cert/],
  ] as const)('%s is an error', async (_, identity, cluster, message) => {
    const { server } = await start({ tls: serverTls(identity) });
    cpSync(certificateFile('ca.pem'), join(harness.directory, 'ca.pem'));
    harness.kubeconfig({ server: server.url, ...cluster }, {});
    const told = harness.resolve(TARGET);
    expect((await told.error(1)).message).toMatch(message);
    expect(server.exchanges).toEqual([]);
  });

  test.each([
    ['tls-server-name', { 'certificate-authority': 'ca.pem', 'tls-server-name': 'greeter.prod' }],
    ['insecure-skip-tls-verify', { 'insecure-skip-tls-verify': true }],
  ])('%s changes what is verified', async (_, cluster) => {
    const { server } = await start({ tls: serverTls('greeter') });
    cpSync(certificateFile('ca.pem'), join(harness.directory, 'ca.pem'));
    harness.kubeconfig({ server: server.url, ...cluster }, {});
    harness.resolve(TARGET);
    await server.next('list');
  });

  test('a CA that is renewed is believed at the next attempt', async () => {
    const { server } = await start({ tls: serverTls('other-greeter') });
    const ca = join(harness.directory, 'ca.pem');
    cpSync(certificateFile('ca.pem'), ca);
    harness.kubeconfig({ server: server.url, 'certificate-authority': ca, 'tls-server-name': 'greeter.prod' }, {});
    const told = harness.resolve(TARGET);
    expect((await told.error(1)).message).toMatch(/unable to (get|verify)|self-signed/);
    cpSync(certificateFile('other-ca.pem'), ca);
    await settle();
    harness.clock.advance(1_600);
    await server.next('list');
  });

  test('a CA that is renewed while a watch goes on does not end that watch', async () => {
    const { server } = await start({ tls: serverTls('loopback') });
    const ca = join(harness.directory, 'ca.pem');
    cpSync(certificateFile('ca.pem'), ca);
    harness.kubeconfig({ server: server.url, 'certificate-authority': ca }, {});
    harness.resolve(TARGET);
    (await server.next('list')).list([], '1');
    const watch = (await server.next('watch')).accept();
    await settle();
    harness.write('ca.pem', certificate('other-ca.pem') + certificate('ca.pem'));
    harness.clock.advance(60_000);
    harness.resolve('kubernetes:///other.prod');
    await server.next('list');
    expect(watch.closed).toBe(false);
    expect(server.connections).toBe(2);
  });

  test('a client certificate is shown', async () => {
    const tls = { ...serverTls('loopback'), ca: certificate('ca.pem'), requestCert: true, rejectUnauthorized: true };
    const { server } = await start({ tls });
    const cluster = { server: server.url, 'certificate-authority-data': base64(certificate('ca.pem')) };
    const user = {
      'client-certificate-data': base64(certificate('client.pem')),
      'client-key-data': base64(certificate('client.key')),
    };
    harness.kubeconfig(cluster, user);
    harness.resolve(TARGET);
    await server.next('list');
  });
});

describe('a server that is none', () => {
  let other: Server | undefined;

  afterEach(() => {
    other?.close();
    other = undefined;
  });

  test('a TLS handshake that is never answered ends after 5 s', async () => {
    await start();
    const silent = createServer((socket) => socket.resume().on('error', () => undefined));
    other = silent.listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    harness.kubeconfig({ server: `https://127.0.0.1:${(silent.address() as AddressInfo).port}` }, {});
    const told = harness.resolve(TARGET);
    await connected;
    await settle();
    harness.clock.advance(5_000);
    expect((await told.error(1)).message).toMatch(/does not answer: no connection within 5000 ms/);
  });

  test.each([
    [200, '<html>login</html>', 'cannot list endpointslices in the namespace prod: the answer is no JSON'],
    [502, 'Bad Gateway', 'cannot list endpointslices in the namespace prod: Bad Gateway (502)'],
    [
      404,
      '{"kind":"Status","message":"the server could not find the requested resource"}',
      'could not find the requested resource (404)',
    ],
    [302, '', 'no reason given (302)'],
  ])('%d %s', async (status, body, message) => {
    const { server } = await start();
    const told = harness.resolve(TARGET);
    (await server.next('list')).text(status, body);
    expect((await told.error(1)).message).toContain(message);
  });

  test('a list that breaks off is an error', async () => {
    const { server } = await start();
    const told = harness.resolve(TARGET);
    const list = (await server.next('list')).accept().raw('{"kind":"EndpointSliceList","items":[');
    await settle();
    list.reset();
    expect((await told.error(1)).message).toBe(
      'cannot list endpointslices in the namespace prod: the answer broke off',
    );
  });
});

test('a server with a path, as behind a proxy of several clusters', async () => {
  const { server } = await start();
  harness.kubeconfig({ server: `${server.url}/clusters/one/` }, {});
  harness.resolve(TARGET);
  expect((await server.next('list')).path).toBe(
    '/clusters/one/apis/discovery.k8s.io/v1/namespaces/prod/endpointslices',
  );
});
