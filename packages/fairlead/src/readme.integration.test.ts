import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

/** What the README leaves to the reader: a server, and the generated code. */
const around = `
import { Server, ServerCredentials, makeGenericClientConstructor } from '@grpc/grpc-js';
const json = (value) => Buffer.from(JSON.stringify(value));
const sayHello = {
  path: '/greeter.Greeter/SayHello',
  requestStream: false,
  responseStream: false,
  requestSerialize: json,
  requestDeserialize: JSON.parse,
  responseSerialize: json,
  responseDeserialize: JSON.parse,
};
const GreeterClient = makeGenericClientConstructor({ sayHello }, 'greeter.Greeter');
const server = new Server();
let calls = 0;
server.addService({ sayHello }, {
  sayHello: (call, done) => {
    calls += 1;
    // The second attempt is the last thing that this server does.
    if (calls === 2) setTimeout(() => server.forceShutdown(), 100).unref();
    if (calls === 1) done({ code: 14, details: 'not yet' });
    else done(null, { message: 'Hello ' + call.request.name });
  },
});
const port = await new Promise((resolve) =>
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => resolve(bound)),
);
`;

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

/** Runs the first example after a heading, as it stands there but for its target. */
async function runExample(heading: string, around: string): Promise<readonly [code: number, output: string]> {
  const readme = readFileSync(`${packageDirectory}/README.md`, 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme.slice(readme.indexOf(heading)))?.[1] ?? '';
  const script = around + example.replace(/'dns:.*:50051'/, '`ipv4:127.0.0.1:${port}`');
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: packageDirectory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return [code, output];
}

test('the example of the README runs', async () => {
  expect(await runExample('# fairlead', around)).toEqual([0, 'Hello you\n']);
}, 20_000);

test('its example of tracing runs, and shows a call and its attempt', async () => {
  // The first call of this one succeeds, and the server ends after it.
  const [code, output] = await runExample('## Tracing', around.replace('let calls = 0', 'let calls = 1'));
  expect([code, output]).toEqual([0, expect.stringContaining('Hello you\n')]);
  const names = [...output.matchAll(/^ {2}name: '(.*)',$/gm)].map(([, name]) => name);
  expect(names).toEqual(['Attempt.greeter.Greeter.SayHello', 'greeter.Greeter/SayHello']);
  expect(output).toContain("'rpc.request.metadata.x-tenant': [ 'blue' ]");
}, 20_000);
