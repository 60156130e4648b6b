import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { validateServiceConfig } from './service-config/validate-service-config.js';

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

/** The example under this heading, or the first one. */
function exampleOf(heading = ''): string {
  const readme = readFileSync(`${packageDirectory}/README.md`, 'utf8');
  return /```ts\n([^]*?)```/.exec(readme.slice(readme.indexOf(heading)))?.[1] ?? '';
}

/** With the target at which the server of the test is. */
function atThePort(example: string): string {
  return example.replace(/'dns:.*:50051'/, '`ipv4:127.0.0.1:${port}`');
}

/** @returns the exit code, and all that was written. */
async function run(script: string): Promise<[number, string]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: packageDirectory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return [code, output];
}

test('the example of the README runs, as it stands there but for its target', async () => {
  expect(await run(around + atThePort(exampleOf()))).toEqual([0, 'Hello you\n']);
}, 20_000);

test('its example of health checks runs, and tells when the pod is ready', async () => {
  const script = `${around}
    import { gracefulShutdown } from '@fairlead/health';
    const { force } = gracefulShutdown(server, { services: { 'greeter.Greeter': 'SERVING' }, signals: [] });
    ${atThePort(exampleOf('### Health checks'))}
    await force();`;
  const [code, output] = await run(script);
  expect([code, output]).toEqual([0, expect.stringMatching(/ connecting $[^]* ready $/m)]);
}, 20_000);

test('its example of tracing runs, and shows a call and its attempt', async () => {
  // The first call of this one succeeds, and the server ends after it.
  const script = around.replace('let calls = 0', 'let calls = 1') + atThePort(exampleOf('## Tracing'));
  const [code, output] = await run(script);
  expect([code, output]).toEqual([0, expect.stringContaining('Hello you\n')]);
  const names = [...output.matchAll(/^ {2}name: '(.*)',$/gm)].map(([, name]) => name);
  expect(names).toEqual(['Attempt.greeter.Greeter.SayHello', 'greeter.Greeter/SayHello']);
  expect(output).toContain("'rpc.request.metadata.x-tenant': [ 'blue' ]");
}, 20_000);

test('the example of settings as options runs as it stands there', async () => {
  const [code, output] = await run(exampleOf('### Settings of methods as options'));
  const text = output.split('\n').filter((line) => !/^\s|^}/.test(line));
  const target = 'dns:///greeter.prod.svc.cluster.local:50051';
  expect([code, text]).toEqual([
    0,
    [
      `${target}: the circuit breaker of /greeter.Greeter/SayHello is open, by hand {`,
      '/greeter.Greeter/SayHello closed → open',
      `${target}: a new service config is in force, of the application; balances by round_robin {`,
      'in force: application round_robin',
      'open true',
      `${target}: IDLE → SHUTDOWN {`,
      `${target}: closed, and everything is released {`,
      '',
    ],
  ]);
}, 20_000);

test('its example of nested balancing policies runs', async () => {
  const script = around.replace('let calls = 0', 'let calls = 1') + atThePort(exampleOf('## Balancing'));
  expect(await run(script)).toEqual([0, 'Hello you\n']);
}, 20_000);

test('the example of a config that is checked runs, and the one for editors is valid', async () => {
  const [code, output] = await run(exampleOf('### Editors, and checking'));
  expect([code, output]).toEqual([0, expect.stringMatching(/^false \[[^]*maxAttempts: 1 [^]*\] \[\]\n$/)]);
  expect(output).toContain('methodConfig[0].timeout: "1.5" ');
  const readme = readFileSync(`${packageDirectory}/README.md`, 'utf8');
  const [, json] = /```json\n([^]*?)```/.exec(readme.slice(readme.indexOf('### Editors, and checking'))) ?? [];
  expect(validateServiceConfig(JSON.parse(json ?? ''))).toEqual({ valid: true, errors: [], warnings: [] });
}, 20_000);
