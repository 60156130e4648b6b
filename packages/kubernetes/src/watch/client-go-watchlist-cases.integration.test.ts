import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { pod, slice } from '../../test/support/slices.js';
import { ReflectorHarness } from '../../test/support/reflector-harness.js';
import { LISTENERS } from '../../test/support/listeners.js';
import { CEILING_MS, settle, until } from '../../test/support/until.js';

// The cases of client-go's tools/cache/reflector_watchlist_test.go that mean something for us, under their names.

jest.setTimeout(CEILING_MS);

let harness: ReflectorHarness;

const foo = (version: string): unknown => slice('foo', [pod(1)], { version });
const bar = (version: string): unknown => slice('bar', [pod(2)], { version });

afterEach(() => harness.close());

describe.each(LISTENERS)('over %s', (_, listener) => {
  const start = async (): Promise<ReflectorHarness> =>
    (harness = await ReflectorHarness.start({ ...listener, streamsLists: true }));

  describe('TestWatchList', () => {
    test("the reflector won't be synced if the bookmark event has been received: only the one that ends the list counts", async () => {
      const { server, store } = await start();
      const stream = (await server.next('stream'))
        .accept()
        .events(['ADDED', foo('1')])
        .bookmark('5');
      await settle();
      expect(store.replaced).toBe(0);
      stream.bookmark('6', true);
      await harness.has('foo@1');
    });

    test('returning any other error than apierrors.NewInvalid forces fallback: this time only', async () => {
      const { server, clock } = await start();
      (await server.next('stream')).refuse(503, 'ServiceUnavailable');
      (await server.next('list')).list([foo('1')], '1');
      const watch = (await server.next('watch')).accept();
      clock.advance(10_000);
      watch.error(410, 'Expired');
      expect((await server.next('stream')).version).toBe('1');
    });

    test("the reflector can fall back to old LIST/WATCH semantics when a server doesn't support streaming: for good", async () => {
      const { server, clock } = await start();
      (await server.next('stream')).refuse(422, 'Invalid', 'sendInitialEvents is forbidden');
      (await server.next('list')).list([foo('1')], '1');
      const watch = (await server.next('watch')).accept();
      clock.advance(10_000);
      watch.error(410, 'Expired');
      await server.next('list');
    });

    test('prove that the reflector is synced after receiving a bookmark event', async () => {
      const { server, store } = await start();
      (await server.next('stream'))
        .accept()
        .events(['ADDED', foo('1')], ['ADDED', bar('2')])
        .bookmark('2', true);
      await harness.has('foo@1', 'bar@2');
      expect(store.replaced).toBe(1);
    });

    test('check if Updates and Deletes events are propagated during streaming (until the bookmark is received)', async () => {
      const { server, store } = await start();
      const stream = (await server.next('stream')).accept();
      stream.events(['ADDED', foo('1')], ['ADDED', bar('1')], ['MODIFIED', foo('3')], ['DELETED', bar('4')]);
      await settle();
      expect(store.objects.size).toBe(0);
      stream.bookmark('5', true);
      await harness.has('foo@3');
      expect(store.replaced).toBe(1);
    });

    test('checks if the reflector retries 429: after a wait, and as a stream again', async () => {
      const { server, clock } = await start();
      (await server.next('stream')).refuse(429, 'TooManyRequests');
      expect(await harness.wake(1)).toBeGreaterThanOrEqual(800);
      (await server.next('stream')).accept().error(429, 'TooManyRequests');
      await harness.wake(2);
      const stream = (await server.next('stream')).accept().bookmark('7', true);
      await settle();
      clock.advance(1_000);
      stream.end();
      expect((await server.next('watch')).version).toBe('7');
    });

    test('check if stopping a watcher before sync results in creating a new watch-list request: here, in a list', async () => {
      const { server, store } = await start();
      (await server.next('stream'))
        .accept()
        .events(['ADDED', foo('1')])
        .end();
      const list = await server.next('list');
      expect(store.replaced).toBe(0);
      list.list([foo('1')], '1');
      await harness.has('foo@1');
    });

    test('stopping a watcher after synchronization results in creating a new watch request', async () => {
      const { server } = await start();
      (await server.next('stream'))
        .accept()
        .bookmark('2', true)
        .events(['ADDED', foo('3')])
        .end();
      expect((await server.next('watch')).version).toBe('3');
    });

    test('expiring an established watcher results in returning an error from the reflector: the next list is a stream from the last version', async () => {
      const { server, clock } = await start();
      const stream = (await server.next('stream'))
        .accept()
        .bookmark('2', true)
        .events(['ADDED', foo('3')]);
      await harness.has('foo@3');
      clock.advance(10_000);
      stream.error(410, 'Expired');
      const next = await server.next('stream');
      expect(next.version).toBe('3');
      next.refuse(410, 'Expired');
      expect((await server.next('stream')).version).toBeNull();
    });

    test('prove that the reflector is checking the value of the initialEventsEnd annotation', async () => {
      const { server, store } = await start();
      const stream = (await server.next('stream')).accept();
      const metadata = { resourceVersion: '5', annotations: { 'k8s.io/initial-events-end': 'false' } };
      stream.events(['ADDED', foo('1')], ['BOOKMARK', { kind: 'EndpointSlice', metadata }]);
      await settle();
      expect(store.replaced).toBe(0);
    });
  });

  test('TestInitialEventsEndBookmarkTicker: a server that never ends the list is asked for an ordinary one after 10 s, for good', async () => {
    const { server, clock } = await start();
    const stream = (await server.next('stream')).accept().events(['ADDED', foo('1')]);
    await settle();
    clock.advance(9_999);
    await settle();
    expect(server.waiting).toBe(0);
    clock.advance(1);
    (await server.next('list')).list([foo('2')], '2');
    expect(stream.closed).toBe(true);
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    expect((await server.next('list')).version).toBe('2');
  });

  test('a server that does not even accept a streamed list within 10 s is asked for an ordinary one, this time only', async () => {
    const { server, clock } = await start();
    await server.next('stream');
    clock.advance(10_000);
    (await server.next('list')).list([foo('2')], '2');
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    expect((await server.next('stream')).version).toBe('2');
  });

  test.each([401, 403])(
    'a user whom the server refuses (%d) is refused a list as well, and it is not asked for',
    async (status) => {
      const { server, store } = await start();
      (await server.next('stream')).refuse(status, 'Refused');
      await until(() => store.errors.length === 1);
      await settle();
      expect(server.waiting).toBe(0);
    },
  );
});
