import { connectivityState, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ControlPlane } from '../../../test/support/control-plane.js';
import { EchoServer, unary, type Echo } from '../../../test/support/echo-server.js';
import { CEILING_MS, Harness, until } from '../../../test/support/harness.js';
import { Pool } from '../../pool.js';

let plane: ControlPlane;
let held: { readonly pool: Pool; readonly server: EchoServer };
let harness: Harness;

/**
 * grpc-js-xds has one client for the whole process, whose connection to the control plane stays. A pool keeps it in use
 * during all tests, so that whatever a leak check finds is ours.
 */
beforeAll(async () => {
  plane = await ControlPlane.start();
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = plane.bootstrap;
  const server = await EchoServer.start();
  plane.set('held', { ports: [server.port] });
  held = { pool: new Pool('xds:///held', credentials.createInsecure()), server };
  await held.pool.ready({ timeoutMs: CEILING_MS });
}, CEILING_MS);

afterAll(() => {
  held.pool.close();
  held.server.kill();
  plane.kill();
  delete process.env['GRPC_XDS_BOOTSTRAP_CONFIG'];
});

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.close(), CEILING_MS);

const deadline = (): { deadline: number } => ({ deadline: Date.now() + CEILING_MS });

async function callTimes(client: Echo, times: number): Promise<void> {
  for (let call = 0; call < times; call += 1) await unary(client, 'hello', deadline());
}

/** A call that waits for a server, however long none can be reached. */
function patientCall(client: Echo): Promise<string> {
  const metadata = new Metadata({ waitForReady: true });
  return new Promise((resolve, reject) => {
    client.unary(Buffer.from('hello'), metadata, deadline(), (error, answer) =>
      error ? reject(error) : resolve(String(answer)),
    );
  });
}

/** Who got how many of the next ten calls. */
async function shares(client: Echo, servers: readonly EchoServer[]): Promise<readonly number[]> {
  const before = servers.map(({ received }) => received.length);
  await callTimes(client, 10);
  return servers.map(({ received }, index) => received.length - before[index]!);
}

/** Calls until each of the servers has had one. */
async function untilAllServe(client: Echo, servers: readonly EchoServer[]): Promise<void> {
  const before = servers.map(({ received }) => received.length);
  const end = performance.now() + CEILING_MS;
  while (!servers.every(({ received }, index) => received.length > before[index]!)) {
    if (performance.now() > end) throw new Error('some of the servers got no call');
    await callTimes(client, 1);
  }
}

describe('an xds target', () => {
  test('is one member, whose calls the control plane balances', async () => {
    const servers = [await harness.server(), await harness.server()];
    plane.set('spread', { ports: servers.map(({ port }) => port) });
    const pool = harness.pool('xds:///spread');
    const client = harness.client(pool);
    await pool.ready({ timeoutMs: CEILING_MS });
    await untilAllServe(client, servers);
    expect(await shares(client, servers)).toEqual([5, 5]);
    expect(pool.snapshot()).toMatchObject({
      state: 'READY',
      members: [{ address: 'xds:///spread', connectivity: 'ready', inFlight: 0 }],
      resolver: { attributes: { source: 'xds' } },
    });
    expect(pool.explain()).toMatch(/^xds:\/\/\/spread: READY, .*1 pods.*\nxds:\/\/\/spread: ready; load/);
    expect(plane.refusals).toEqual([]);
  });

  test('follows the control plane to other servers, without losing a call', async () => {
    const [old, next] = [await harness.server(), await harness.server()];
    plane.set('moving', { ports: [old.port] });
    const pool = harness.pool('xds:///moving');
    const client = harness.client(pool);
    expect(await shares(client, [old, next])).toEqual([10, 0]);
    plane.set('moving', { ports: [next.port] });
    await untilAllServe(client, [next]);
    old.kill();
    expect(await shares(client, [old, next])).toEqual([0, 10]);
    expect(pool.snapshot().counters.failed).toBe(0);
  });

  test('whose balancer connects no sooner than a call comes gets its calls', async () => {
    const server = await harness.server();
    plane.set('ring', { ports: [server.port], lbPolicy: 'RING_HASH' });
    const client = harness.client(harness.pool('xds:///ring'));
    expect(await unary(client, 'hello', deadline())).toBe('hello');
  });

  test('whose servers are away fails with their error, and is back with them, on the same channel', async () => {
    const server = await harness.server();
    plane.set('away', { ports: [server.port] });
    const pool = harness.pool('xds:///away');
    const client = harness.client(pool);
    await callTimes(client, 1);
    server.kill();
    await until(() => pool.getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE);
    await expect(unary(client, 'hello', deadline())).rejects.toThrow(
      /^14 UNAVAILABLE: no pod of xds:\/\/\/away can be reached \(1 tried\); last error: .*ECONNREFUSED/,
    );
    expect(pool.explain()).toMatch(/xds:\/\/\/away: not pickable, connecting \(.*ECONNREFUSED/);
    const asked = plane.questions;
    await harness.server(server.address);
    expect(await patientCall(client)).toBe('hello');
    expect(plane.questions).toBe(asked);
  });

  test('that is taken away fails', async () => {
    const server = await harness.server();
    plane.set('gone', { ports: [server.port] });
    const pool = harness.pool('xds:///gone');
    const client = harness.client(pool);
    await callTimes(client, 1);
    plane.set('gone', undefined);
    await until(() => pool.getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE);
    await expect(unary(client, 'hello', deadline())).rejects.toThrow(
      /^14 UNAVAILABLE: no pod of xds:\/\/\/gone can be reached \(1 tried\); last error: /,
    );
  });

  test('that the control plane does not know yet lets calls wait, and serves them when it does', async () => {
    const server = await harness.server();
    const pool = harness.pool('xds:///late');
    const call = unary(harness.client(pool), 'hello', deadline());
    await until(() => plane.isWanted('late'));
    expect(pool.getConnectivityState(false)).toBe(connectivityState.CONNECTING);
    plane.set('late', { ports: [server.port] });
    expect(await call).toBe('hello');
  });

  test('that nobody uses is given up at the control plane, and asked for again', async () => {
    const server = await harness.server();
    plane.set('idle', { ports: [server.port] });
    const pool = harness.pool('xds:///idle', { idleTimeoutMs: 1_000 });
    const client = harness.client(pool);
    await callTimes(client, 1);
    expect(plane.isWanted('idle')).toBe(true);
    await until(() => !plane.isWanted('idle'));
    expect(pool.snapshot()).toMatchObject({ state: 'IDLE', members: [{ connectivity: 'idle' }] });
    await callTimes(client, 1);
    expect(plane.isWanted('idle')).toBe(true);
  });

  test('that is closed lets its calls finish, and is given up at the control plane', async () => {
    const server = await harness.server();
    plane.set('closing', { ports: [server.port] });
    const pool = harness.pool('xds:///closing');
    const stream = harness.client(pool).bidi();
    const said: string[] = [];
    const ended = new Promise<void>((resolve) => stream.on('end', resolve));
    stream.on('data', (part: Buffer) => said.push(part.toString()));
    stream.write(Buffer.from('before'));
    await until(() => said.length === 1);
    pool.close();
    stream.write(Buffer.from('after'));
    stream.end();
    await ended;
    expect(said).toEqual(['before', 'after']);
    await until(() => !plane.isWanted('closing'));
  });
});
