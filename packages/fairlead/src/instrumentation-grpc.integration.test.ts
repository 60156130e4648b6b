import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

/** Processes as applications start them: what instrumentation does depends on who loads grpc-js, and how. */

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

/** Registers the SDK and the instrumentation; `load` is what the kind of module has for it. */
const sdk = (load: (name: string) => string): string => `
const { trace } = ${load('@opentelemetry/api')};
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = ${load('@opentelemetry/sdk-trace-node')};
const { registerInstrumentations } = ${load('@opentelemetry/instrumentation')};
const { GrpcInstrumentation } = ${load('@opentelemetry/instrumentation-grpc')};
const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
registerInstrumentations({ instrumentations: [new GrpcInstrumentation()] });
`;

/** A server whose first answer is a failure, one call to it, and all spans as one line of JSON. */
const application = `
const json = (value) => Buffer.from(JSON.stringify(value));
const sayHello = {
  path: '/greeter.Greeter/SayHello',
  requestStream: false, responseStream: false,
  requestSerialize: json, requestDeserialize: JSON.parse, responseSerialize: json, responseDeserialize: JSON.parse,
};
const GreeterClient = grpc.makeGenericClientConstructor({ sayHello }, 'greeter.Greeter');
const main = async () => {
  const server = new grpc.Server();
  let calls = 0;
  server.addService({ sayHello }, {
    sayHello: (call, done) => {
      calls += 1;
      if (calls === 1) done({ code: grpc.status.UNAVAILABLE, details: 'not yet' });
      else done(null, { traceparent: call.metadata.get('traceparent') });
    },
  });
  const insecure = grpc.credentials.createInsecure();
  const port = await new Promise((resolve) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => resolve(bound)),
  );
  const retryPolicy = { maxAttempts: 2, initialBackoff: '0.01s', maxBackoff: '0.01s', backoffMultiplier: 1, retryableStatusCodes: ['UNAVAILABLE'] };
  const serviceConfig = { methodConfig: [{ name: [{}], retryPolicy }] };
  const channel = createChannel('ipv4:127.0.0.1:' + port, insecure, { serviceConfig });
  const client = new GreeterClient(channel.getTarget(), insecure, { channelOverride: channel });
  await new Promise((resolve, reject) => client.sayHello({}, (error, reply) => (error ? reject(error) : resolve(reply))));
  client.close();
  await new Promise((resolve) => server.tryShutdown(resolve));
  const spans = exporter.getFinishedSpans();
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  console.log(JSON.stringify(spans.map(({ kind, name, parentSpanContext: parent, attributes }) => ({
    kind, name, parent: parent && nameOf.get(parent.spanId), attributes,
  }))));
};
`;

const require = (name: string): string => `require('${name}')`;
const awaitImport = (name: string): string => `await import('${name}')`;
const script = (load: (name: string) => string, before: string): string =>
  `${before}\nconst grpc = ${load('@grpc/grpc-js')};\nconst { createChannel } = ${load('fairlead')};\n${application}`;

interface Span {
  readonly kind: number;
  readonly name: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

async function run(args: readonly string[], cwd = packageDirectory): Promise<{ output: string; errors: string }> {
  const child = spawn(process.execPath, args, { cwd });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(errors);
  return { output, errors };
}

async function spansOf(args: readonly string[]): Promise<readonly Span[]> {
  return JSON.parse((await run(args)).output) as Span[];
}

/** `kind name < parent` of each span that is not the server's, in the order of their ends. */
const lines = (spans: readonly Span[]): string[] =>
  spans.filter(({ kind }) => kind !== SERVER).map(({ kind, name, parent }) => `${kind} ${name} < ${parent ?? '-'}`);

const [INTERNAL, SERVER, CLIENT] = [0, 1, 2];
const ATTEMPT = 'Attempt.greeter.Greeter.SayHello';
const THEIRS = 'grpc.greeter.Greeter/SayHello';
const OURS = 'greeter.Greeter/SayHello';

let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(() => leaks.assertNothingLeft());

describe('one CLIENT span for a call, and its attempts below it', () => {
  const below = (name: string): string[] => [
    `${INTERNAL} ${ATTEMPT} < ${name}`,
    `${INTERNAL} ${ATTEMPT} < ${name}`,
    `${CLIENT} ${name} < -`,
  ];

  test('CommonJS: that of the instrumentation; the server is below the attempt', async () => {
    const spans = await spansOf(['--eval', `${script(require, sdk(require))}\nmain();`]);
    expect(lines(spans)).toEqual(below(THEIRS));
    expect(spans.filter(({ kind }) => kind === SERVER).map(({ parent }) => parent)).toEqual([ATTEMPT, ATTEMPT]);
  }, 20_000);

  test('ES modules: ours, because nothing is instrumented', async () => {
    const code = `${script(awaitImport, sdk(awaitImport))}\nawait main();`;
    const spans = await spansOf(['--input-type=module', '--eval', code]);
    expect(lines(spans)).toEqual(below(OURS));
  }, 20_000);

  test("ES modules with the instrumentation's loader: its own", async () => {
    const code = `${script(awaitImport, sdk(awaitImport))}\nawait main();`;
    const loader = '--experimental-loader=@opentelemetry/instrumentation/hook.mjs';
    const spans = await spansOf([loader, '--no-warnings', '--input-type=module', '--eval', code]);
    expect(lines(spans)).toEqual(below(THEIRS));
  }, 20_000);

  test('CommonJS without instrumentation: ours', async () => {
    const code = sdk(require).replace(/^registerInstrumentations.*$/m, '');
    expect(lines(await spansOf(['--eval', `${script(require, code)}\nmain();`]))).toEqual(below(OURS));
  }, 20_000);
});

test("the old conventions are the instrumentation's own names and values", async () => {
  const plain = `${script(require, sdk(require))}\nmain();`.replace('maxAttempts: 2', 'maxAttempts: 3');
  const theirs = await spansOf(
    ['--eval', plain.replace('calls === 1', 'true')].map((arg) =>
      arg.replace('(error ? reject(error) : resolve(reply))', 'resolve()'),
    ),
  );
  const ours = await spansOf([
    '--eval',
    plain
      .replace('calls === 1', 'true')
      .replace('(error ? reject(error) : resolve(reply))', 'resolve()')
      .replace(/^registerInstrumentations.*$/m, '')
      .replace('{ serviceConfig }', "{ serviceConfig, tracing: { semconv: 'old' } }"),
  ]);
  const of = (spans: readonly Span[]) => spans.filter(({ kind }) => kind === CLIENT);
  const comparable = ({ name, attributes }: Span) => ({
    name,
    ...attributes,
    'server.port': typeof attributes['server.port'],
  });
  expect(of(ours).map(comparable)).toEqual(of(theirs).map(comparable));
  expect(of(ours)).toHaveLength(1);
}, 30_000);

test('a provider without the API beside us: one warning, and the call is made', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-'));
  try {
    const modules = join(directory, 'node_modules');
    mkdirSync(join(modules, '@grpc'), { recursive: true });
    symlinkSync(join(packageDirectory, 'node_modules/@grpc/grpc-js'), join(modules, '@grpc/grpc-js'));
    for (const name of ['core', 'pool', 'interceptors', 'kubernetes']) {
      cpSync(join(packageDirectory, '..', name), join(modules, '@fairlead', name), {
        recursive: true,
        filter: isPublished,
      });
    }
    cpSync(packageDirectory, join(modules, 'fairlead'), { recursive: true, filter: isPublished });
    symlinkSync(join(packageDirectory, '../interceptors/node_modules/opossum'), join(modules, 'opossum'));
    const fake =
      "globalThis[Symbol.for('opentelemetry.js.api.1')] = { trace: {} }; const exporter = { getFinishedSpans: () => [] };";
    const { output, errors } = await run(['--eval', `${script(require, fake)}\nmain();`], directory);
    expect(output).toBe('[]\n');
    expect(errors.match(/FAIRLEAD_OTEL_API/g)).toHaveLength(1);
    expect(errors).toContain("Cannot find module '@opentelemetry/api'");
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 20_000);

/** What the tarball of a package has, as far as it is run. */
function isPublished(path: string): boolean {
  return !/[\\/](node_modules|src|test)$/.test(path);
}
