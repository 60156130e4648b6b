import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { closedPort, textOf, unary, type Echo } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import type { Pool } from '../pool.js';

describe('a generated client on a pool', () => {
  let harness: Harness;
  let pool: Pool;
  let client: Echo;

  beforeEach(async () => {
    harness = new Harness();
    const [first, second] = [await harness.server(), await harness.server()];
    pool = harness.pool(`ipv4:127.0.0.1:${first.port},127.0.0.1:${second.port}`);
    client = harness.client(pool);
  });

  afterEach(async () => {
    const { members } = pool.snapshot();
    await harness.close();
    expect(members.map((member) => member.inFlight)).toEqual(members.map(() => 0));
  });

  test('makes unary calls', async () => {
    expect(await Promise.all([unary(client, 'one'), unary(client, 'two')])).toEqual(['one', 'two']);
    await expect(unary(client, 'fail 5')).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
      details: 'as you wish',
    });
  });

  test('makes client streams, whose messages keep their order and are acknowledged, also before a pod is connected', async () => {
    let stream!: grpc.ClientWritableStream<Buffer>;
    const answer = new Promise<string>((resolve, reject) => {
      stream = client.clientStream((error, message) => (error ? reject(error) : resolve(String(message))));
    });
    const written: number[] = [];
    const parts = Array.from({ length: 50 }, (_, index) => `${index},`);
    parts.forEach((part, index) => stream.write(Buffer.from(part), () => written.push(index)));
    stream.end();
    expect(await answer).toBe(parts.join(''));
    expect(written).toEqual(parts.map((_, index) => index));
  });

  test('makes server streams', async () => {
    expect(await textOf(client.serverStream(Buffer.from('abc')))).toEqual(['a', 'b', 'c']);
  });

  test('makes bidirectional streams', async () => {
    const stream = client.bidi();
    stream.write(Buffer.from('one'));
    stream.write(Buffer.from('two'));
    stream.end();
    expect(await textOf(stream)).toEqual(['one', 'two']);
  });

  test('cancels calls of every kind, and may do so again after the end', async () => {
    await unary(client, 'warm');
    const hanging = client.unary(Buffer.from('hang'), () => undefined);
    const streams = [client.bidi(), client.clientStream(() => undefined), client.serverStream(Buffer.from('abc'))];
    const ends = [hanging, ...streams].map((call) => {
      call.on('error', () => undefined);
      return new Promise<grpc.StatusObject>((resolve) => void call.once('status', resolve));
    });
    for (const call of [hanging, ...streams]) call.cancel();
    expect((await Promise.all(ends)).map((status) => status.code)).toEqual([1, 1, 1, 1]);
    for (const call of [hanging, ...streams]) call.cancel();
    const done = client.unary(Buffer.from('done'), () => undefined);
    await new Promise((resolve) => void done.once('status', resolve));
    done.cancel();
  });

  test('knows its peer and its deadline', async () => {
    const call = client.unary(Buffer.from('hang'), { deadline: Date.now() + 200 }, () => undefined);
    const status = await new Promise<grpc.StatusObject>((resolve) => void call.once('status', resolve));
    expect(status.code).toBe(grpc.status.DEADLINE_EXCEEDED);
    expect(call.getPeer()).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test('waits for ready', async () => {
    await new Promise<void>((resolve, reject) => {
      client.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve()));
    });
    expect(pool.getConnectivityState(false)).toBe(grpc.connectivityState.READY);
  });

  test('is told that waiting for ready took too long', async () => {
    const port = await closedPort();
    const nobody = harness.client(harness.pool(`ipv4:127.0.0.1:${port}`));
    await expect(
      new Promise<void>((resolve, reject) => {
        nobody.waitForReady(Date.now() + 100, (error) => (error ? reject(error) : resolve()));
      }),
    ).rejects.toThrow('Failed to connect before the deadline');
  });

  test('closes its handle only', async () => {
    const [mine, other] = [harness.client(pool.handle()), harness.client(pool.handle())];
    await unary(mine, 'x');
    mine.close();
    expect(() => void mine.unary(Buffer.from('x'), () => undefined)).toThrow('Channel has been shut down');
    expect(await unary(other, 'still open')).toBe('still open');
    other.close();
    expect(pool.getConnectivityState(false)).toBe(grpc.connectivityState.SHUTDOWN);
  });

  test('lets its call finish when the pool is closed under it', async () => {
    const stream = client.bidi();
    const echoed = textOf(stream);
    stream.write(Buffer.from('one'));
    await until(() => pool.snapshot().members.some((member) => member.inFlight === 1));
    pool.close();
    stream.write(Buffer.from('two'));
    stream.end();
    expect(await echoed).toEqual(['one', 'two']);
  });

  test('has its call ended at the grace limit when the pool is closed under it', async () => {
    const short = harness.pool(pool.getTarget(), { drainGraceMs: 50 });
    const caller = harness.client(short);
    await unary(caller, 'warm');
    const failure = unary(caller, 'hang');
    failure.catch(() => undefined);
    short.close();
    await expect(failure).rejects.toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: 'the channel was closed and the call did not end within 50 ms',
    });
  });
});
