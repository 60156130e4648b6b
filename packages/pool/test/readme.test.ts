import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { certificateFile, serverCredentials } from './support/certificates.js';
import { EchoClient } from './support/echo-server.js';
import { Harness } from './support/harness.js';
import { runModule } from './support/pending-process.js';
import { POOL_OPTION_NAMES } from '../src/options.js';
import { readEndpointFile } from '../src/resolvers/file/endpoint-file.js';
import { parseDocument } from '../src/resolvers/file/parse-document.js';

const README = readFileSync(join('packages', 'pool', 'README.md'), 'utf8');

/** Stands for the generated client: the bytes of a message are its text. */
const GREETER = `
  const method = {
    path: '${EchoClient.service['unary']!.path}', requestStream: false, responseStream: false,
    requestSerialize: ({ name }) => Buffer.from('Hello ' + name), responseDeserialize: (bytes) => ({ message: String(bytes) }),
  };
  const GreeterClient = grpc.makeGenericClientConstructor({ sayHello: method }, 'Greeter');
`;

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.close());

test('the example of the README runs and ends by itself', async () => {
  const { port } = await harness.server();
  const example = /```ts\n(.*?)```/s.exec(README)![1]!;
  const source = example
    .replace(/import \{ GreeterClient \}.*\n/, GREETER)
    .replace('localhost:50051', `localhost:${port}`);
  const { code, output } = await runModule(source);
  expect(output.split('\n')).toEqual([
    `127.0.0.1:${port}: idle → connecting`,
    `127.0.0.1:${port}: connecting → ready`,
    'Hello you',
    'READY',
    '',
  ]);
  expect(code).toBe(0);
}, 30_000);

test('the example with certificates of the README runs and ends by itself', async () => {
  const { port } = await harness.server('127.0.0.1:0', serverCredentials('loopback', true));
  const secret = mkdtempSync(join(tmpdir(), 'fairlead-readme-'));
  const files = { 'ca.crt': 'ca.pem', 'tls.key': 'client.key', 'tls.crt': 'client.pem' };
  for (const [name, file] of Object.entries(files)) copyFileSync(certificateFile(file), join(secret, name));
  const example = /```ts\n([^`]*fileCredentials.*?)```/s.exec(README)![1]!;
  const source = example
    .replace('/var/run/secrets/greeter-tls', secret)
    .replace('greeter.prod:50051', `127.0.0.1:${port}`);
  expect(await runModule(source)).toEqual({ code: 0, output: 'READY\n' });
  rmSync(secret, { recursive: true });
}, 30_000);

test('the example with several sources of the README runs and ends by itself', async () => {
  const { port } = await harness.server();
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-readme-'));
  const example = /```ts\n([^`]*lastKnownGood.*?)```/s.exec(README)![1]!;
  const source = example.replace('/tmp', folder).replace("'dns:///localhost:50051'", `'dns:///localhost:${port}'`);
  expect(await runModule(source)).toEqual({ code: 0, output: `dns:///localhost:${port} undefined\n` });
  rmSync(folder, { recursive: true });
}, 30_000);

test('the file of pods of the README is one', async () => {
  const { endpoints } = readEndpointFile(await parseDocument(/```yaml\n(.*?)```/s.exec(README)![1]!, 'pods.yaml'));
  expect(endpoints.map(({ id, addresses }) => [id, addresses.length])).toEqual([
    ['10.0.0.1:50051', 1],
    ['10.0.0.2:50051', 1],
    ['greeter-2', 2],
  ]);
});

test('the README names every option', () => {
  const rows = README.split('## Options')[1]!.split('`grpc.*`')[0]!;
  const named = [...rows.matchAll(/`(\w+)`(?=[ ,|].*\|)/g)].map(([, name]) => name);
  expect(named).toEqual(expect.arrayContaining([...POOL_OPTION_NAMES]));
});
