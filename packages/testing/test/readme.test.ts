// The examples of the README, run. What stands between `example` and `end` must stand there, word for word.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import {
  echoService,
  fail,
  installLookup,
  leakCheck,
  LocalCluster,
  ManualResolver,
  manualResolverFactory,
  RawServer,
  ScriptedServer,
  SeededRandom,
  VirtualClock,
  type LeakCheck,
} from '../src/index.js';

const EchoClient = grpc.makeGenericClientConstructor(echoService, 'Echo');
const CEILING_MS = 60_000;
const fileOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

let check: LeakCheck;
beforeEach(() => {
  check = leakCheck();
});
afterEach(() => check.assertNothingLeft(), CEILING_MS);

interface Client extends grpc.Client {
  unary(
    message: Buffer,
    metadata: grpc.Metadata,
    callback: (error: grpc.ServiceError | null, value?: Buffer) => void,
  ): void;
}

function clientOf(address: string): Client {
  const options = { 'grpc.enable_retries': 0, 'grpc.use_local_subchannel_pool': 1 };
  return new EchoClient(address, grpc.credentials.createInsecure(), options) as unknown as Client;
}

function call(client: Client, id: string): Promise<{ readonly error?: grpc.ServiceError; readonly reply?: string }> {
  const metadata = new grpc.Metadata();
  metadata.set('x-request-id', id);
  return new Promise((resolve) => {
    client.unary(Buffer.from('hello'), metadata, (error, value) =>
      resolve(error === null ? { reply: String(value) } : { error }),
    );
  });
}

describe('README', () => {
  test('has exactly these examples', () => {
    const readme = fileOf('../README.md');
    const examples = [...fileOf('./readme.test.ts').matchAll(/^ *\/\/ example\n([^]*?)^ *\/\/ end$/gm)].map(
      ([, text]) => unindent(text ?? ''),
    );
    expect(examples.length).toBeGreaterThan(2);
    for (const example of [...examples, fileOf('./pods/greeter-pod.mjs')]) expect(readme).toContain(example);
  });

  test('virtual time, repeatable randomness, a resolver by hand', () => {
    // example
    const clock = new VirtualClock();
    const random = new SeededRandom(42);
    const fired: number[] = [];
    clock.schedule(250, () => fired.push(clock.now()));
    clock.advance(1_000); // fired is [250]

    const resolver = new ManualResolver();
    const factory = manualResolverFactory('test', resolver); // for a scheme registry: target `test:///any`
    resolver.fail(new Error('SERVFAIL'));
    // end
    expect(fired).toEqual([250]);
    expect(random.next()).toBe(new SeededRandom(42).next());
    expect(factory.schemes).toEqual(['test']);
  });

  test('scripted servers', async () => {
    // example
    const server = await ScriptedServer.start();
    server.next(fail(grpc.status.UNAVAILABLE, { pushback: 250 }));

    const raw = await RawServer.start();
    raw.next({ kind: 'reset', code: 7 }, { kind: 'goaway', lastStreamId: 0 });
    // end
    const clients = [clientOf(server.address), clientOf(raw.address)] as const;
    const [scripted, refused] = await Promise.all(clients.map((client) => call(client, 'x')));
    expect(scripted?.error?.metadata.get('grpc-retry-pushback-ms')).toEqual(['250']);
    expect(refused?.error?.details).toContain('refused');
    for (const client of clients) client.close();
    await Promise.all([server.close(), raw.close()]);
  });

  test(
    'a cluster',
    async () => {
      const script = new URL('./pods/greeter-pod.mjs', import.meta.url);
      // example
      const cluster = await LocalCluster.start({ seed: 1 });
      const deployment = cluster.deployment({ script, replicas: 3, maxUnavailable: 1, maxSurge: 1 });
      await cluster.settled();
      // … start calls to cluster.dnsTarget, then
      deployment.rollTo('v2');
      await cluster.settled();
      // end
      const uninstall = installLookup(cluster.dnsServer);
      const client = clientOf(cluster.plainDnsTarget);
      expect(await call(client, 'first')).toEqual({ reply: 'hello from v2' });
      expect(cluster.ledger.executions('first')).toBe(1);
      client.close();
      uninstall();
      await cluster.close();
    },
    CEILING_MS,
  );
});

function unindent(text: string): string {
  const [indent = ''] = /^ */.exec(text) ?? [];
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}
