import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

/** What the README leaves to the reader, and the two signals that a hurried operator sends. */
const around = `
const bytes = (value) => value;
const SayHello = {
  path: '/helloworld.Greeter/SayHello',
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};
const GreeterService = { SayHello };
const greeter = { SayHello: (call, callback) => callback(null, call.request) };
for (const afterMs of [300, 600]) setTimeout(() => process.kill(process.pid, 'SIGTERM'), afterMs).unref();
`;

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

test('the example of the README runs, as it stands there', async () => {
  const readme = readFileSync(`${packageDirectory}/README.md`, 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const script = `${around}${example.replace('0.0.0.0:50051', '127.0.0.1:0')}console.log(report);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: packageDirectory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(output).toMatch(/trigger: 'SIGTERM',\s+outcome: 'forced'/);
  expect(code).toBe(0);
}, 20_000);
