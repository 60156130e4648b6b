import { writeFileSync } from 'node:fs';
import { kubernetesResolver } from '@fairlead/kubernetes';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { WorkClient } from 'fairlead-examples/rolling-update/service.js';
import { parseAllDocuments } from 'yaml';
import { ApiError } from './cluster/api-client.mjs';
import { ClusterUnderTest, KUBERNETES_TARGET, NAMESPACE } from './support/cluster-under-test.js';
import { expectAllWell } from './support/expect-all-well.js';
import { Greeter } from './support/greeter.js';
import { KubernetesLoad } from './support/kubernetes-load.js';
import { apply, collectionPath } from './support/objects.mjs';
import { sleep, until } from './support/until.js';

const SLICES = collectionPath('EndpointSlice', NAMESPACE);

let cluster: ClusterUnderTest;
let leaks: LeakCheck;

beforeEach(() => {
  leaks = leakCheck();
  cluster = new ClusterUnderTest();
});

afterEach(async () => {
  cluster.close();
  await leaks.assertNothingLeft();
});

/** The status with which the API server answers a client of this token. */
async function statusOf(token: string): Promise<number> {
  const api = cluster.as(token);
  try {
    await api.get(SLICES);
    return 200;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status;
  } finally {
    api.close();
  }
}

describe('a token that ends', () => {
  /** The API server remembers for some seconds that a token was good. */
  const REVOKED_MS = 30_000;
  /** A watch that was silent for that long is not taken at its word: `refresh()` asks anew, with the token of now. */
  const SILENT_MS = 5_500;

  async function revoke(token: string, secret: string): Promise<void> {
    await cluster.api.delete(`${collectionPath('Secret', NAMESPACE)}/${secret}`);
    await until('the end of a token', REVOKED_MS, async () => (await statusOf(token)) === 401);
    await sleep(SILENT_MS);
  }

  test('is read again when it was rotated; one that was not fails no call, and no more look-up once there is another', async () => {
    const greeter = new Greeter(cluster.api);
    await greeter.scale(5);
    const tokens = [];
    for (const secret of ['first', 'second', 'third']) tokens.push(await cluster.revocableToken('client', secret));
    const [first = '', second = '', third = ''] = tokens;
    const { path: kubeconfig, tokenFile } = cluster.kubeconfig(first);
    const run = await KubernetesLoad.start({ target: KUBERNETES_TARGET, kubeconfig, prefix: 'token' });
    try {
      writeFileSync(tokenFile, second);
      await revoke(first, 'first');
      run.channel.refresh();
      await greeter.update();
      expect(run.errors).toEqual([]);

      await revoke(second, 'second');
      run.channel.refresh();
      await until('an error', 10_000, () => run.errors.length > 0);
      expect(run.errors[0]).toMatchObject({ code: 'FAIRLEAD_KUBERNETES_API', status: 401 });

      writeFileSync(tokenFile, third);
      const before = run.answered.size;
      await greeter.scale(7);
      // The next attempt, whenever it is due.
      await until('calls on the new pods', 20_000, () => run.answered.size >= before + 2);
    } finally {
      await run.stop();
    }
    expectAllWell(run, 'token');
    expect(run.errors.every((error) => 'status' in error && error.status === 401)).toBe(true);
  });
});

describe('an account without a Role', () => {
  const open = (kubeconfig: string): ReturnType<typeof createChannel> =>
    createChannel(KUBERNETES_TARGET, grpc.credentials.createInsecure(), {
      resolvers: [kubernetesResolver({ kubeconfig })],
    });

  test('is told by the error of its call which Role it needs, and with that one it works', async () => {
    const token = await cluster.token('stranger');
    const kubeconfig = cluster.kubeconfig(token).path;
    expect(await statusOf(token)).toBe(403);
    const message = await failedCall(kubeconfig);
    // A server that streams lists is asked to watch at once.
    expect(message).toMatch(new RegExp(`cannot (list|watch) endpointslices in the namespace ${NAMESPACE}`));
    expect(message).toContain('the rule is missing that allows to');

    for (const object of rolesIn(message)) await apply(cluster.api, object);
    await until('the new rights', 10_000, async () => (await statusOf(token)) === 200);
    // What grants it to one must not take it from another.
    expect(await statusOf(await cluster.token('client'))).toBe(200);
    const channel = open(kubeconfig);
    try {
      await channel.ready({ timeoutMs: 10_000 });
      expect(channel.snapshot().members.length).toBeGreaterThan(0);
    } finally {
      const closed = new Promise<void>((resolve) => channel.on('closed', resolve));
      channel.close();
      await closed;
    }
  });

  function failedCall(kubeconfig: string): Promise<string> {
    const channel = open(kubeconfig);
    const client = new WorkClient('', grpc.credentials.createInsecure(), { channelOverride: channel });
    return new Promise((resolve, reject) => {
      client.Do('stranger-1', new grpc.Metadata(), { deadline: Date.now() + 5_000 }, (error) => {
        channel.on('closed', () => (error ? resolve(error.details) : reject(new Error('the call was answered'))));
        client.close();
      });
    });
  }

  /** What a person would paste into `kubectl apply`. */
  function rolesIn(message: string): readonly unknown[] {
    const yaml = /apiVersion: [\s\S]*?\nsubjects:\n {2}- .*\n/.exec(message)?.[0] ?? '';
    return parseAllDocuments(yaml).map((document) => document.toJS() as unknown);
  }
});
