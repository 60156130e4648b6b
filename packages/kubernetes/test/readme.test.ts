import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { echoService, ScriptedServer } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { rbacAdvice } from '../src/api/rbac-advice.js';
import { resolveKubernetesOptions } from '../src/options.js';
import { ResolverHarness } from './support/resolver-harness.js';
import { slice } from './support/slices.js';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${packageDirectory}/README.md`, 'utf8');

let harness: ResolverHarness;

beforeEach(async () => {
  harness = await ResolverHarness.start();
});

afterEach(() => harness.close());

/** Runs a module that imports the built package, with the scripted cluster as its kubeconfig. */
async function run(source: string): Promise<readonly [number | null, string]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: packageDirectory,
    env: { ...process.env, KUBECONFIG: `${harness.directory}/config` },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, output];
}

/** Serves the pods of greeter.prod: one, at this address. */
async function serve(address: string): Promise<void> {
  const [host = '', port] = address.split(':');
  const greeter = { addresses: [host], targetRef: { kind: 'Pod', name: 'greeter-0', uid: '1' } };
  const ports = [{ name: 'grpc', port: Number(port) }];
  (await harness.server.next('list')).list([slice('greeter-abc', [greeter], { ports })], '10');
  (await harness.server.next('watch')).accept();
}

test('the example of the README runs, as it stands there, and ends by itself', async () => {
  const server = await ScriptedServer.start();
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const [ending] = await Promise.all([run(example), serve(server.address)]);
  expect(ending).toEqual([0, "[ 'greeter-0' ]\n"]);
  await server.close();
}, 30_000);

test('a process that forgets to close its pool ends, although the watch goes on; a call that waits for it keeps it alive', async () => {
  const server = await ScriptedServer.start();
  const { path } = echoService.unary;
  const source = `
    import * as grpc from '@grpc/grpc-js';
    import { kubernetesResolver } from '@fairlead/kubernetes';
    import { Pool } from '@fairlead/pool';
    const insecure = grpc.credentials.createInsecure();
    const pool = new Pool('kubernetes:///greeter.prod:grpc', insecure, { resolvers: [kubernetesResolver()] });
    const same = (bytes) => bytes;
    const method = { path: ${JSON.stringify(path)}, requestStream: false, responseStream: false,
      requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
    const Client = grpc.makeGenericClientConstructor({ unary: method }, 'Echo');
    const client = new Client('unused', insecure, { channelOverride: pool });
    client.unary(Buffer.from('x'), (error, reply) => console.log(String(error ?? reply)));
  `;
  const [ending] = await Promise.all([run(source), serve(server.address)]);
  expect(ending).toEqual([0, 'x\n']);
  await server.close();
}, 30_000);

test('the README names every option with its default', () => {
  const section = readme.split('## Options')[1] ?? '';
  for (const [name, value] of Object.entries(resolveKubernetesOptions({}))) {
    const row = section.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    if (value === undefined) expect(row).toBeDefined();
    else expect(row).toContain(String(value));
  }
});

test('what grants the right to one account takes it from no other', () => {
  const bindingOf = (account: string): string =>
    /kind: RoleBinding\nmetadata: \{ name: (\S+),/.exec(
      rbacAdvice('list', 'prod', `User "system:serviceaccount:${account}" cannot list`),
    )?.[1] ?? '';
  // Of the same name, `kubectl apply` would put one in the place of the other.
  expect(new Set(['web:shop', 'web:till', 'lab:shop'].map(bindingOf)).size).toBe(3);
});

test('the manifest grants what the error of a 403 says', () => {
  const documents = (text: string): unknown[] => parseAllDocuments(text).map((each) => each.toJS() as unknown);
  const manifest = readFileSync(`${packageDirectory}/role.yaml`, 'utf8');
  const advice = rbacAdvice('list', 'prod', 'User "system:serviceaccount:web:shop" cannot list');
  expect(documents(advice.slice(advice.indexOf('apiVersion')))).toEqual(documents(manifest));
});
