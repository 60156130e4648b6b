import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { describe, expect, test } from '@jest/globals';
import { ALL_TEXTS, allKinds, unary, type AnyEchoClient } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient } from '../test/generated/echo.js';
import { startPods, targetOf } from '../test/pods.js';
import { createChannel } from './create-channel.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const folder = join(import.meta.dirname, '../test');

type ClientClass = new (
  address: string,
  credentials: grpc.ChannelCredentials,
  options: grpc.ClientOptions,
) => AnyEchoClient & grpc.Client;

function loadedClient(): ClientClass {
  const definition = grpc.loadPackageDefinition(loadSync(join(folder, 'proto/echo.proto'), { defaults: true }));
  const at = definition as unknown as { fairlead: { test: { v1: { Echo: ClientClass } } } };
  return at.fairlead.test.v1.Echo;
}

const CLIENTS: readonly (readonly [string, ClientClass])[] = [
  ['ts-proto', EchoClient],
  ['proto-loader', loadedClient()],
];

describe.each(CLIENTS)('a client of %s', (_name, Client) => {
  test('makes all four kinds of calls through channelOverride, over several pods', async () => {
    const pods = (await startPods(3)).map(track);
    const roundRobin = { loadBalancingConfig: [{ round_robin: {} }] };
    const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig: roundRobin }));
    const client = track(new Client(channel.getTarget(), insecure, { channelOverride: channel }));
    const { texts, servers } = await allKinds(client);
    expect(texts).toEqual(ALL_TEXTS);
    const seen = new Set(servers);
    for (const end = Date.now() + 10_000; seen.size < pods.length && Date.now() < end;) {
      seen.add((await unary(client)).server);
    }
    expect(seen).toEqual(new Set(pods.map(({ address }) => address)));
  });

  test('makes all four kinds of calls through channelFactoryOverride, where createChannel fits as it is', async () => {
    const pods = (await startPods(3)).map(track);
    const client = track(
      new Client(targetOf(pods), insecure, {
        channelFactoryOverride: createChannel,
        'grpc.primary_user_agent': 'mine',
      }),
    );
    const { texts } = await allKinds(client);
    expect(texts).toEqual(ALL_TEXTS);
    const agents = pods.flatMap(({ seen }) => seen.flatMap((metadata) => metadata.get('user-agent')));
    expect(agents).toHaveLength(4);
    expect(agents.every((agent) => String(agent).startsWith('mine grpc-node-js/'))).toBe(true);
    expect(client.getChannel().getTarget()).toBe(targetOf(pods));
  });

  test('that has a handle does not close the channel of the others', async () => {
    const pods = (await startPods(1)).map(track);
    const channel = track(createChannel(targetOf(pods), insecure));
    const [one, other] = [1, 2].map(() => new Client('', insecure, { channelOverride: channel.handle() }));
    await unary(one!);
    one!.close();
    expect(() => one!.unary({ text: 'x' }, () => undefined)).toThrow('Channel has been shut down');
    expect((await unary(other!, 'still here')).text).toBe('still here');
    other!.close();
    expect(channel.getConnectivityState(false)).toBe(grpc.connectivityState.SHUTDOWN);
  });

  test('waits until the channel is ready', async () => {
    const pods = (await startPods(1)).map(track);
    const client = track(new Client(targetOf(pods), insecure, { channelFactoryOverride: createChannel }));
    await new Promise<void>((resolve, reject) => {
      client.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve()));
    });
    expect(client.getChannel().getConnectivityState(false)).toBe(grpc.connectivityState.READY);
  });
});

test('the generated code is what its script makes of the proto file', () => {
  const out = mkdtempSync(join(tmpdir(), 'fairlead-generated-'));
  try {
    execFileSync(process.execPath, [join(folder, 'generate.mjs'), out]);
    expect(readFileSync(join(out, 'echo.ts'), 'utf8')).toBe(readFileSync(join(folder, 'generated/echo.ts'), 'utf8'));
  } finally {
    rmSync(out, { recursive: true });
  }
});
