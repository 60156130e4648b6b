import { encodeOrcaLoadReport } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
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

  test('exits although it watches the health of its pods', async () => {
    const server = await startReportingServer();
    const { code, output } = await runModule(`${prelude(server.target)}
      const { roundRobin } = await import('@fairlead/core');
      const pool = new Pool(target, insecure, { balancing: roundRobin() });
      pool.setHealthCheck('test.Echo');
      clientOf(pool).unary(Buffer.from('slow'), (error, answer) => say(String(error ?? answer)));
      process.on('exit', () => say(pool.snapshot().state));
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'slow\nREADY\n' });
    expect(server.watches).toBe(1);
    server.stop();
  }, 30_000);

  describe('whose pods report their load out of band', () => {
    const balancing = `
      const { weightedRoundRobin } = await import('@fairlead/core');
      const balancing = weightedRoundRobin({ enableOobLoadReport: true, oobReportingPeriodMs: 50 });
    `;
    let reporting: ReportingServer;

    beforeEach(async () => {
      reporting = await startReportingServer();
    });

    afterEach(() => reporting.stop());

    test('exits although it reads them', async () => {
      const { code, output } = await runModule(`${prelude(reporting.target)}${balancing}
        const pool = new Pool(target, insecure, { balancing });
        clientOf(pool).unary(Buffer.from('x'), (error, answer) => say(String(error ?? answer)));
        // For as long as it takes to see some reports.
        setTimeout(() => clientOf(pool).unary(Buffer.from('y'), (error, answer) => say(String(error ?? answer))), 300);
      `);
      expect({ code, output }).toEqual({ code: 0, output: 'x\ny\n' });
      expect(reporting.reports).toBeGreaterThan(1);
    }, 30_000);

    test('stays alive while a call is on the wire', async () => {
      const { code, output } = await runModule(`${prelude(reporting.target)}${balancing}
        const pool = new Pool(target, insecure, { balancing });
        pool.ready().then(() => setTimeout(() => {
          clientOf(pool).unary(Buffer.from('slow'), (error, answer) => say(String(error ?? answer)));
        }, 200));
        setTimeout(() => undefined, 400);
      `);
      expect({ code, output }).toEqual({ code: 0, output: 'slow\n' });
    }, 30_000);
  });
});

interface ReportingServer {
  readonly target: string;
  readonly reports: number;
  readonly watches: number;
  stop(): void;
}

/** Echoes, `slow` after a second, is healthy, and reports its load every 50 ms, whatever it is asked for. */
async function startReportingServer(): Promise<ReportingServer> {
  const server = new grpc.Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const method = (path: string, responseStream: boolean): grpc.MethodDefinition<Buffer, Buffer> => {
    const kinds = { requestStream: false, responseStream, requestSerialize: same, requestDeserialize: same };
    return { path, ...kinds, responseSerialize: same, responseDeserialize: same };
  };
  const timers = new Set<NodeJS.Timeout>();
  let reports = 0;
  let watches = 0;
  const service = {
    unary: method('/test.Echo/Unary', false),
    watch: method('/grpc.health.v1.Health/Watch', true),
    report: method('/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics', true),
  };
  server.addService(service, {
    unary: ({ request }: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
      timers.add(setTimeout(() => done(null, request), request.toString() === 'slow' ? 1_000 : 0));
    },
    watch: (stream: grpc.ServerWritableStream<Buffer, Buffer>) => {
      watches += 1;
      stream.write(Buffer.from([8, 1]));
    },
    report: (stream: grpc.ServerWritableStream<Buffer, Buffer>) => {
      const write = (): void => {
        reports += 1;
        stream.write(Buffer.from(encodeOrcaLoadReport({ qps: 1, cpuUtilization: 0.5 })));
      };
      write();
      timers.add(setInterval(write, 50));
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    target: `ipv4:127.0.0.1:${port}`,
    get reports() {
      return reports;
    },
    get watches() {
      return watches;
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      server.forceShutdown();
    },
  };
}
