import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { unary, type EchoServer } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import type { PoolOptions } from '../options.js';
import type { Pool } from '../pool.js';
import { channelzHandlers } from './channelz-handlers.js';
import type { ChannelMessage, ChannelzHandlers, GetTopChannelsResponse } from './channelz-types.js';

type Ask = (method: 'GetTopChannels' | 'GetChannel' | 'GetSubchannel', request: object) => Promise<unknown>;

/** Asks handlers in this process, without a server. */
function inProcess(handlers: ChannelzHandlers = channelzHandlers()): Ask {
  return (method, request) =>
    new Promise((resolve, reject) => {
      const handler = handlers[method] as unknown as grpc.handleUnaryCall<object, unknown>;
      const call = { request } as grpc.ServerUnaryCall<object, unknown>;
      handler(call, (error, response) => {
        if (error) reject(Object.assign(new Error(), error));
        else resolve(response);
      });
    });
}

async function topChannels(ask: Ask, request: object = {}): Promise<Required<GetTopChannelsResponse>> {
  const all = { start_channel_id: '0', max_results: '0', ...request };
  return (await ask('GetTopChannels', all)) as Required<GetTopChannelsResponse>;
}

const ofTarget = (channels: readonly ChannelMessage[], target: string): readonly ChannelMessage[] =>
  channels.filter(({ ref }) => ref?.name === target);

describe('channelz', () => {
  let harness: Harness;
  let servers: EchoServer[];
  const closers: (() => void)[] = [];

  beforeEach(async () => {
    harness = new Harness();
    servers = [await harness.server(), await harness.server()];
  });

  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await harness.close();
  });

  const addressesOf = (): string[] => servers.map(({ address }) => address);

  async function connected(options: PoolOptions = { channelz: true }): Promise<Pool> {
    const pool = harness.pool(`ipv4:${addressesOf().join(',')}`, { minReadyMembers: 2, ...options });
    await pool.ready();
    return pool;
  }

  test('does not show what could not be made', async () => {
    const make = (): Pool => harness.pool('ipv4:127.0.0.1:1', { channelz: true, balancing: () => ({}) as never });
    expect(make).toThrow('balancing()');
    expect(ofTarget((await topChannels(inProcess())).channel, 'ipv4:127.0.0.1:1')).toEqual([]);
  });

  test('shows a pool as one channel, with its calls, and its members as children', async () => {
    const pool = await connected();
    for (let n = 0; n < 5; n += 1) await unary(harness.client(pool), 'x');
    await unary(harness.client(pool), 'fail 5').catch(() => undefined);
    const ask = inProcess();
    const { channel } = await topChannels(ask);
    expect(channel.map(({ ref }) => ref?.name)).not.toEqual(expect.arrayContaining([`ipv4:${servers[0]!.address}`]));
    const [shown, ...more] = ofTarget(channel, pool.getTarget());
    expect(more).toEqual([]);
    expect(shown).toMatchObject({
      ref: { channel_id: pool.getChannelzRef().id, name: pool.getTarget() },
      data: {
        target: pool.getTarget(),
        state: { state: 'READY' },
        calls_started: 6,
        calls_succeeded: 5,
        calls_failed: 1,
        last_call_started_timestamp: { seconds: expect.any(Number) },
      },
    });
    expect(shown!.channel_ref?.map(({ name }) => name)).toEqual(addressesOf());
    const { ref, channel_ref: children } = shown!;
    const request = { channel_id: String(pool.getChannelzRef().id) };
    expect(await ask('GetChannel', request)).toMatchObject({ channel: { ref, channel_ref: children } });
  });

  test('leads from the pool to the sockets of its members, with their own counts', async () => {
    const pool = await connected();
    for (let n = 0; n < 6; n += 1) await unary(harness.client(pool), 'x');
    const ask = inProcess();
    const [shown] = ofTarget((await topChannels(ask)).channel, pool.getTarget());
    const counts = await Promise.all(
      shown!.channel_ref!.map(async ({ channel_id: id }) => {
        const { channel } = (await ask('GetChannel', { channel_id: String(id) })) as { channel: ChannelMessage };
        expect(channel.data?.state).toEqual({ state: 'READY' });
        const request = { subchannel_id: String(channel.subchannel_ref?.[0]?.subchannel_id) };
        expect(await ask('GetSubchannel', request)).toMatchObject({ subchannel: { socket_ref: [{}] } });
        return Number(channel.data?.calls_succeeded);
      }),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
  });

  test('names pods, drops a child with its connection, and tells what happened', async () => {
    const resolver = new ManualResolver();
    const pods = servers.map(({ port }, n) =>
      endpointAt({ kind: 'tcp', host: '127.0.0.1', port }, { pod: `web-${n}` }),
    );
    const options = { channelz: true, minReadyMembers: 2, resolvers: [manualResolverFactory('test', resolver)] };
    const pool = harness.pool('test:///pods', options);
    pool.connect();
    resolver.push(pods);
    await pool.ready();
    const shown = async (): Promise<ChannelMessage> =>
      ofTarget((await topChannels(inProcess())).channel, pool.getTarget())[0]!;
    const names = pods.map(({ id }, n) => `web-${n} ${id}`);
    expect((await shown()).channel_ref?.map(({ name }) => name)).toEqual(names);
    resolver.push(pods.slice(1));
    await until(() => pool.snapshot().counters.openConnections === 1);
    // A channel that has just told that it is ready is closed in the next turn.
    await new Promise(setImmediate);
    const { channel_ref: children, data } = await shown();
    expect(children?.map(({ name }) => name)).toEqual([names[1]]);
    expect(data?.trace?.events?.map(({ description }) => description)).toEqual([
      'Pool created',
      'Connectivity state change from IDLE to CONNECTING',
      `Pod added: ${names[0]}`,
      `Pod added: ${names[1]}`,
      'Connectivity state change from CONNECTING to READY',
      `Pod left: ${names[0]}`,
    ]);
  });

  test('pages through pools and other channels in the order of their ids', async () => {
    const pools = [await connected(), await connected()];
    const plain = new grpc.Channel('ipv4:127.0.0.1:9', grpc.credentials.createInsecure(), {});
    closers.push(() => plain.close());
    const ids: number[] = [];
    let end = false;
    for (let start = 0; !end; start = ids.at(-1)! + 1) {
      const page = await topChannels(inProcess(), { start_channel_id: String(start), max_results: '1' });
      ids.push(...page.channel.map(({ ref }) => Number(ref?.channel_id)));
      expect(page.channel).toHaveLength(1);
      end = page.end;
    }
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids).toEqual(
      expect.arrayContaining([...pools.map((pool) => pool.getChannelzRef().id), plain.getChannelzRef().id]),
    );
  });

  test('forgets a pool that was closed', async () => {
    const pool = await connected();
    const { id } = pool.getChannelzRef();
    pool.close();
    expect(ofTarget((await topChannels(inProcess())).channel, pool.getTarget())).toEqual([]);
    await expect(inProcess()('GetChannel', { channel_id: String(id) })).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
    });
  });

  test.each([[{}], [{ channelz: false }], [{ 'grpc.enable_channelz': 0 }]] as const)(
    'shows neither pool nor members with %j',
    async (options) => {
      const pool = await connected(options);
      const theirs = await topChannels(inProcess(grpc.getChannelzHandlers()));
      const ours = await topChannels(inProcess());
      expect([pool.getChannelzRef().id, theirs.channel, ours.channel]).toEqual([-1, [], []]);
    },
  );

  test('grpc.enable_channelz means the same, and the handlers of grpc-js show the members alone', async () => {
    const pool = await connected({ 'grpc.enable_channelz': 1 });
    const theirs = await topChannels(inProcess(grpc.getChannelzHandlers()));
    expect(theirs.channel.map(({ ref }) => ref?.name)).toEqual(addressesOf().map((address) => `ipv4:${address}`));
    expect((await topChannels(inProcess())).channel.map(({ ref }) => ref?.name)).toEqual([pool.getTarget()]);
  });

  test('contradictions are refused', () => {
    expect(() => harness.pool('ipv4:127.0.0.1:1', { channelz: true, 'grpc.enable_channelz': 0 })).toThrow(
      'grpc.enable_channelz: 0 (expected: not set beside channelz, or equal to it: true)',
    );
  });

  test('over the wire, from an admin server', async () => {
    const pool = await connected();
    await unary(harness.client(pool), 'x');
    const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
    const definition = grpc.getChannelzServiceDefinition();
    closers.push(() => server.forceShutdown());
    server.addService(definition, channelzHandlers());
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const Client = grpc.makeGenericClientConstructor(definition, 'Channelz');
    const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { 'grpc.enable_channelz': 0 });
    closers.push(() => client.close());
    const ask: Ask = (method, request) =>
      new Promise((resolve, reject) => {
        const call = client[method] as (request: object, done: (error: Error | null, reply: unknown) => void) => void;
        call.call(client, request, (error, reply) => (error ? reject(error) : resolve(reply)));
      });
    const { channel, end } = await topChannels(ask);
    expect(end).toBe(true);
    expect(channel).toMatchObject([
      {
        ref: { channel_id: String(pool.getChannelzRef().id), name: pool.getTarget() },
        data: { target: pool.getTarget(), state: { state: 'READY' }, calls_started: '1', calls_succeeded: '1' },
        channel_ref: addressesOf().map((name) => ({ name })),
        subchannel_ref: [],
      },
    ]);
  });
});
