import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiServer, type Exchange } from '../../test/support/api-server.js';
import { ResolverHarness, type Told } from '../../test/support/resolver-harness.js';
import { pod, slice } from '../../test/support/slices.js';
import { CEILING_MS, settle } from '../../test/support/until.js';

// A kubeconfig that is written anew while a watch goes on.

jest.setTimeout(CEILING_MS);

let harness: ResolverHarness;
let other: ApiServer;

beforeEach(async () => {
  harness = await ResolverHarness.start();
  other = await ApiServer.start();
});

afterEach(async () => {
  // First, so that nothing of it is left when the harness looks.
  await other.close();
  await harness.close();
});

/** A resolver that has one pod, and whose watch has been there for a minute. */
async function watching(user: Readonly<Record<string, unknown>> = {}): Promise<{ told: Told; watch: Exchange }> {
  harness.kubeconfig({ server: harness.server.url }, user);
  const told = harness.resolve('kubernetes:///greeter.prod');
  (await harness.server.next('list')).list([slice('a', [pod(1)])], '900');
  const watch = (await harness.server.next('watch')).accept();
  await told.state(1);
  await settle();
  harness.clock.advance(60_000);
  return { told, watch };
}

describe('another server', () => {
  test('is asked next, for all there is: versions of the first one mean nothing to it; the watch under way goes on', async () => {
    const { told, watch } = await watching();
    harness.kubeconfig({ server: other.url }, { token: 'new' });
    await settle();
    expect(watch.closed).toBe(false);
    watch.end();
    const list = await other.next('list');
    expect([list.version, list.token]).toEqual([null, 'new']);
    list.list([slice('b', [pod(2)])], '3');
    expect((await other.next('watch')).version).toBe('3');
    harness.clock.advance(200);
    expect(told.addresses).toEqual(['10.0.0.2:50051']);
    expect(harness.server.waiting).toBe(0);
  });

  test('is asked at the next attempt when the first one is gone', async () => {
    const { told } = await watching();
    await harness.server.close();
    await told.error(1).catch(() => undefined);
    harness.kubeconfig({ server: other.url }, {});
    harness.clock.advance(60_000);
    (await other.next('list')).list([slice('b', [pod(2)])], '3');
    await other.next('watch');
    harness.clock.advance(200);
    expect(told.addresses).toEqual(['10.0.0.2:50051']);
  });

  test('of another context is not asked: kubectl config use-context is for people', async () => {
    const { watch } = await watching();
    const context = (name: string): object => ({ name, context: { cluster: name } });
    const cluster = (name: string, server: string): object => ({ name, cluster: { server } });
    harness.write(
      'config',
      JSON.stringify({
        'current-context': 'production',
        contexts: [context('production'), context('test')],
        clusters: [cluster('production', other.url), cluster('test', harness.server.url)],
      }),
    );
    watch.end();
    expect((await harness.server.next('watch')).version).toBe('900');
    expect(other.exchanges).toEqual([]);
  });
});

describe('other credentials', () => {
  test('are shown at the next request, which goes on from the same version', async () => {
    const { watch } = await watching({ token: 'old' });
    harness.kubeconfig({ server: harness.server.url }, { token: 'new' });
    watch.end();
    const next = await harness.server.next('watch');
    expect([next.token, next.version]).toEqual(['new', '900']);
  });

  test('are shown at once when the old ones are refused', async () => {
    const { watch } = await watching({ token: 'old' });
    watch.end();
    const refused = (await harness.server.next('watch')).accept();
    await settle();
    harness.clock.advance(2_000);
    harness.kubeconfig({ server: harness.server.url }, { token: 'new' });
    refused.end();
    const unauthorized = await harness.server.next('watch');
    expect(unauthorized.token).toBe('old');
    unauthorized.refuse(401, 'Unauthorized');
    expect((await harness.server.next('watch')).token).toBe('new');
  });
});

test.each([
  ['half written', '{ "current-context": "te'],
  ['without the context', '{ "current-context": "test", "contexts": [] }'],
])('one that is %s is as it was, and is read again later', async (_, text) => {
  const { watch, told } = await watching({ token: 'old' });
  harness.write('config', text);
  watch.end();
  const next = (await harness.server.next('watch')).accept();
  expect(next.token).toBe('old');
  expect(told.errors).toEqual([]);
  harness.kubeconfig({ server: harness.server.url }, { token: 'new' });
  harness.clock.advance(50_000);
  next.end();
  expect((await harness.server.next('watch')).token).toBe('new');
});
