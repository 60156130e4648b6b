import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { clusterOfKubeconfig, type KubeconfigFile } from './kubeconfig.js';

const file = (text: string, path = '/home/me/.kube/config'): KubeconfigFile => ({
  path,
  directory: '/home/me/.kube',
  value: parse(text),
});

const CONFIG = `
apiVersion: v1
kind: Config
current-context: dev
contexts:
  - { name: dev, context: { cluster: dev, user: me, namespace: team } }
  - { name: proxy, context: { cluster: proxy } }
  - { name: mutual, context: { cluster: mutual, user: certified } }
clusters:
  - name: dev
    cluster: { server: "https://10.0.0.1:6443", certificate-authority-data: ${Buffer.from('CA').toString('base64')} }
  - name: proxy
    cluster: { server: "http://127.0.0.1:8001" }
  - name: mutual
    cluster: { server: "https://[fd00::1]/base", certificate-authority: ca.crt, tls-server-name: kubernetes, insecure-skip-tls-verify: true }
users:
  - { name: me, user: { token: secret } }
  - { name: certified, user: { client-certificate: /tls/me.crt, client-key-data: ${Buffer.from('KEY').toString('base64')} } }
`;

test('the current context, with a token and a CA in the file', () => {
  expect(clusterOfKubeconfig([file(CONFIG)])).toEqual({
    name: 'dev',
    source: 'kubeconfig',
    server: 'https://10.0.0.1:6443',
    ca: { kind: 'data', data: 'CA' },
    serverName: undefined,
    skipTlsVerify: false,
    token: { kind: 'data', data: 'secret' },
    clientCertificate: undefined,
    namespace: 'team',
  });
});

test('kubectl proxy: no TLS, nobody in particular', () => {
  expect(clusterOfKubeconfig([file(CONFIG)], 'proxy')).toMatchObject({
    server: 'http://127.0.0.1:8001',
    ca: undefined,
    token: undefined,
    namespace: 'default',
  });
});

test('a client certificate; paths are relative to the file', () => {
  expect(clusterOfKubeconfig([file(CONFIG)], 'mutual')).toMatchObject({
    server: 'https://[fd00::1]/base',
    ca: { kind: 'file', path: '/home/me/.kube/ca.crt' },
    serverName: 'kubernetes',
    skipTlsVerify: true,
    clientCertificate: { certificate: { kind: 'file', path: '/tls/me.crt' }, key: { kind: 'data', data: 'KEY' } },
  });
});

test('a token file counts before a token', () => {
  const text = CONFIG.replace('token: secret', 'token: secret, tokenFile: token');
  expect(clusterOfKubeconfig([file(text)]).token).toEqual({ kind: 'file', path: '/home/me/.kube/token' });
});

test('of several files, the first one that has something counts', () => {
  const first = file(
    'current-context: mine\ncontexts: [{ name: mine, context: { cluster: dev, user: me } }]',
    '/first',
  );
  expect(clusterOfKubeconfig([first, file(CONFIG)])).toMatchObject({ name: 'mine', namespace: 'default' });
});

describe('what cannot be used is said', () => {
  const withUser = (user: string): string => CONFIG.replace('{ token: secret }', user);
  test.each([
    ['{}', undefined, 'it has no current-context'],
    ['[]', undefined, 'it has no current-context'],
    [CONFIG, 'prod', 'there is no context named "prod"'],
    [CONFIG.replace('cluster: dev, user', 'cluster: gone, user'), undefined, 'there is no cluster named "gone"'],
    [CONFIG.replace('user: me,', 'user: you,'), undefined, 'there is no user named "you"'],
    [CONFIG.replace('cluster: dev, user', 'user'), undefined, 'the context names no cluster'],
    [
      CONFIG.replace('https://10.0.0.1:6443', 'tcp://10.0.0.1'),
      undefined,
      'the server "tcp://10.0.0.1" is no http(s) URL',
    ],
    [
      CONFIG.replace('{ server: "https://10.0.0.1:6443",', '{ proxy-url: x, server: "https://a",'),
      undefined,
      'proxy-url',
    ],
    [withUser('{ exec: { command: aws } }'), undefined, 'a user with exec: plugins are not run'],
    [withUser('{ auth-provider: { name: gcp } }'), undefined, 'a user with auth-provider'],
    [withUser('{ username: me, password: x }'), undefined, 'a user with username'],
    [withUser('{ token: x, as: root }'), undefined, 'a user with as: impersonation'],
    [withUser('{ client-key: x }'), undefined, 'client-certificate and client-key must stand together'],
  ])('%#: %s', (text, context, problem) => {
    expect(() => clusterOfKubeconfig([file(text)], context)).toThrow(`/home/me/.kube/config: `);
    expect(() => clusterOfKubeconfig([file(text)], context)).toThrow(problem);
  });
});
