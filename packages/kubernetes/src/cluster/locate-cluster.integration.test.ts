import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { clusterKey, locateCluster, type ClusterChoice, type ClusterEnvironment } from './locate-cluster.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fairlead-locate-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const choice = (given: Partial<ClusterChoice> = {}): ClusterChoice => ({
  kubeconfig: undefined,
  context: undefined,
  serviceAccountDirectory: directory,
  ...given,
});

const POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

function write(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A kubeconfig of one context. */
function kubeconfig(path: string, name: string): string {
  const text = `
current-context: ${name}
contexts: [{ name: ${name}, context: { cluster: ${name} } }]
clusters: [{ name: ${name}, cluster: { server: "http://${name}" } }]`;
  return write(path, text);
}

describe('the cluster is', () => {
  const serverOf = async (env: ClusterEnvironment, given?: Partial<ClusterChoice>): Promise<string> =>
    (await locateCluster(choice(given), { HOME: directory, ...env })).server;

  test('that of the option, of KUBECONFIG, of the pod, of the home: in this order', async () => {
    kubeconfig('.kube/config', 'home');
    const env = { ...POD, KUBECONFIG: kubeconfig('env', 'env') };
    expect(await serverOf(env, { kubeconfig: kubeconfig('option', 'option') })).toBe('http://option');
    expect(await serverOf(env)).toBe('http://env');
    expect(await serverOf(POD)).toBe('https://10.96.0.1:443');
    expect(await serverOf({})).toBe('http://home');
  });

  test('that of a context, which no pod has', async () => {
    kubeconfig('.kube/config', 'home');
    expect(await serverOf(POD, { context: 'home' })).toBe('http://home');
  });

  test('in several files of KUBECONFIG; one that is not there is passed over', async () => {
    const KUBECONFIG = [join(directory, 'missing'), kubeconfig('a', 'a'), kubeconfig('b', 'b')].join(':');
    expect(await serverOf({ KUBECONFIG })).toBe('http://a');
    expect(await serverOf({ KUBECONFIG }, { context: 'b' })).toBe('http://b');
  });
});

test('in a pod: address, CA, token and namespace of the service account', async () => {
  write('namespace', 'web\n');
  expect(await locateCluster(choice(), { ...POD, KUBERNETES_SERVICE_HOST: 'fd00::1' })).toEqual({
    name: 'in-cluster',
    source: 'pod',
    server: 'https://[fd00::1]:443',
    ca: { kind: 'file', path: join(directory, 'ca.crt') },
    token: { kind: 'file', path: join(directory, 'token') },
    serverName: undefined,
    skipTlsVerify: false,
    clientCertificate: undefined,
    namespace: 'web',
  });
  rmSync(join(directory, 'namespace'));
  expect(await locateCluster(choice(), POD)).toMatchObject({ namespace: 'default' });
});

describe('what is wrong is said, and nothing else is tried', () => {
  test.each([
    ['nothing is there', {}, {}, /^kubernetes: no cluster was found: neither KUBECONFIG nor KUBERNETES_SERVICE_HOST/],
    ['a file is missing', { KUBECONFIG: '/nowhere' }, {}, /^\/nowhere: no such file$/],
    ['a file is missing in a pod', { ...POD, KUBECONFIG: '/nowhere' }, {}, /^\/nowhere: no such file$/],
    ['a file is a directory', {}, { kubeconfig: tmpdir() }, /: it cannot be read$/],
  ])('%s', async (_, env, given, message) => {
    await expect(locateCluster(choice(given), { HOME: directory, ...env })).rejects.toThrow(message);
  });

  test('a file that is no YAML, or is empty', async () => {
    await expect(locateCluster(choice({ kubeconfig: write('a', '{{') }), {})).rejects.toThrow('a: it is no YAML');
    await expect(locateCluster(choice({ kubeconfig: write('b', '') }), {})).rejects.toThrow(
      'it has no current-context',
    );
  });
});

test('two that mean the same cluster as the same user have the same key', () => {
  const key = (env: ClusterEnvironment, given?: Partial<ClusterChoice>): string => clusterKey(choice(given), env);
  expect(key(POD)).toBe(key({ ...POD }));
  expect(key({ KUBECONFIG: '/a' })).toBe(key({ KUBECONFIG: '/a', ...POD }));
  expect(key({ KUBECONFIG: '/a' })).toBe(key({}, { kubeconfig: '/a' }));
  const others = [key(POD), key({}), key({ KUBECONFIG: '/a' }), key({ KUBECONFIG: '/a' }, { context: 'b' })];
  expect(new Set(others).size).toBe(4);
});
