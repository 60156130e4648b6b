import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Harness } from '../test/support/harness.js';
import { runModule } from '../test/support/pending-process.js';

/** What the child processes begin with. They load the built package, as an application does. */
const prelude = (target: string): string => `
  import * as grpc from '@grpc/grpc-js';
  import { Pool } from '@fairlead/pool';
  const [target, insecure] = [${JSON.stringify(target)}, grpc.credentials.createInsecure()];
  const same = (bytes) => bytes;
  const method = { path: '/test.Echo/Unary', requestStream: false, responseStream: false,
    requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
  const Client = grpc.makeGenericClientConstructor({ unary: method }, 'test.Echo');
  const clientOf = (pool) => new Client('unused', insecure, { channelOverride: pool });
  const say = (text) => process.stdout.write(text + '\\n');
`;

describe('a process with a pool', () => {
  let harness: Harness;

  beforeEach(() => {
    harness = new Harness();
  });

  afterEach(() => harness.close());

  test('exits although its pool is connected, refused, or was never closed', async () => {
    const server = await harness.server();
    const target = `ipv4:127.0.0.1:${server.port},127.0.0.1:1`;
    const { code, output } = await runModule(`${prelude(target)}
      const pool = new Pool(target, insecure);
      clientOf(pool).unary(Buffer.from('x'), (error, answer) => say(String(error ?? answer)));
      process.on('exit', () => say(pool.snapshot().state));
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'x\nREADY\n' });
  }, 30_000);

  test('stays alive while a call waits for a pod, until its deadline', async () => {
    const { code, output } = await runModule(`${prelude('ipv4:127.0.0.1:1')}
      const metadata = new grpc.Metadata({ waitForReady: true });
      const options = { deadline: Date.now() + 1500 };
      clientOf(new Pool(target, insecure)).unary(Buffer.from('x'), metadata, options, (error) => say(error.details));
    `);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^Deadline exceeded after \d+ ms, waiting for a pod: none of 1 pods of ipv4:127\.0\.0\.1:1 is ready/,
    );
    expect(output).toContain('; last error: connect ECONNREFUSED');
  }, 30_000);

  test('stays alive while a resolver has not answered a waiting call', async () => {
    const { code, output } = await runModule(`${prelude('silent:///x')}
      const silent = { schemes: ['silent'], create: () => ({ start() {}, refresh() {}, close() {} }) };
      const pool = new Pool(target, insecure, { resolvers: [silent] });
      clientOf(pool).unary(Buffer.from('x'), { deadline: Date.now() + 300 }, (error) => say(String(error.code)));
    `);
    expect({ code, output }).toEqual({ code: 0, output: '4\n' });
  }, 30_000);
});
