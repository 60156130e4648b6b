import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { pod, slice } from '../../test/support/slices.js';
import { ReflectorHarness } from '../../test/support/reflector-harness.js';
import { LISTENERS } from '../../test/support/listeners.js';
import { CEILING_MS, settle, until } from '../../test/support/until.js';

// The cases of client-go's tools/cache/reflector_test.go that mean something for us, under their names.

jest.setTimeout(CEILING_MS);

let harness: ReflectorHarness;

const foo = (version: string): unknown => slice('foo', [pod(1)], { version });
const bar = (version: string): unknown => slice('bar', [pod(2)], { version });

afterEach(() => harness.close());

describe.each(LISTENERS)('over %s', (_, listener) => {
  const start = async (options: Parameters<typeof ReflectorHarness.start>[0] = {}): Promise<ReflectorHarness> =>
    (harness = await ReflectorHarness.start({ ...listener, ...options }));

  test('TestCloseWatchChannelOnError: an error in the stream closes the watch', async () => {
    const { server } = await start();
    (await server.next('list')).list([], '1');
    const watch = await server.next('watch');
    watch.accept().events(['ERROR', foo('1')]);
    await until(() => watch.closed);
    expect(await harness.sleepMs(1)).toBeGreaterThanOrEqual(800);
  });

  test('TestRunUntil: closing ends the watch', async () => {
    const { server, reflector } = await start();
    (await server.next('list')).list([], '1');
    const watch = await server.next('watch');
    watch.accept().events(['ADDED', bar('2')]);
    await harness.has('bar@2');
    reflector.close();
    await until(() => watch.closed);
    expect(server.waiting).toBe(0);
  });

  test('TestReflectorWatchStoppedBefore: closed while listing, no watch is opened', async () => {
    const { server, reflector } = await start();
    const list = await server.next('list');
    reflector.close();
    await until(() => list.closed);
    await settle();
    expect(server.waiting).toBe(0);
    expect(harness.clock.pendingTimers).toBe(0);
  });

  test('TestReflectorWatchStoppedAfter: closed while a watch is being opened, it is closed and not opened again', async () => {
    const { server, reflector } = await start();
    (await server.next('list')).list([], '1');
    const watch = await server.next('watch');
    reflector.close();
    await until(() => watch.closed);
    await settle();
    expect(server.waiting).toBe(0);
  });

  test('TestReflectorHandleWatchStoppedBefore: a watch that is accepted after the end is not read', async () => {
    const { server, store, reflector } = await start();
    (await server.next('list')).list([], '1');
    const watch = await server.next('watch');
    watch.accept().events(['ADDED', foo('2')]);
    reflector.close();
    await until(() => watch.closed);
    expect(store.objects.size).toBe(0);
  });

  test('TestReflectorHandleWatchStoppedAfter: events that were sent after the end are not applied', async () => {
    const { server, store, reflector } = await start();
    (await server.next('list')).list([], '1');
    const watch = (await server.next('watch')).accept();
    watch.events(['ADDED', foo('2')]);
    await harness.has('foo@2');
    reflector.close();
    watch.events(['ADDED', bar('3')]);
    await until(() => watch.closed);
    expect([...store.objects.keys()]).toEqual(['foo']);
  });

  test('TestReflectorHandleWatchResultChanClosedBefore: a watch that ends at once is a very short watch, and is waited for', async () => {
    const { server, store } = await start();
    (await server.next('list')).list([], '1');
    (await server.next('watch')).accept().end();
    expect(await harness.sleepMs(1)).toBeGreaterThanOrEqual(800);
    expect(store.errors[0]).toMatch(/the watch ended after 0 ms, without an event/);
  });

  test('TestReflectorHandleWatchResultChanClosedAfter: a watch that ends after a second goes on from the same version', async () => {
    const { server, store, clock } = await start();
    (await server.next('list')).list([], '1');
    const watch = (await server.next('watch')).accept();
    clock.advance(1_000);
    watch.end();
    expect((await server.next('watch')).version).toBe('1');
    expect(store.errors).toEqual([]);
  });

  test('TestReflectorWatchHandler: puts and removes, passes over what it does not know, and keeps the version of the last event', async () => {
    const { server } = await start();
    (await server.next('list')).list([foo('1'), bar('1')], '10');
    const watch = (await server.next('watch')).accept();
    watch.events(['MODIFIED', bar('55')], ['ADDED', slice('baz', [pod(3)], { version: '32' })]);
    watch.events(['DELETED', foo('1')], ['NEW-TYPE', foo('33')], ['ADDED', slice('qux', [], { version: '34' })]);
    await harness.has('bar@55', 'baz@32', 'qux@34');
    watch.end();
    expect((await server.next('watch')).version).toBe('34');
  });

  test('TestReflectorStopWatch: a connection that breaks off is followed by another watch', async () => {
    const { server } = await start();
    (await server.next('list')).list([], '1');
    const watch = (await server.next('watch')).accept().events(['ADDED', foo('2')]);
    await harness.has('foo@2');
    watch.reset();
    expect((await server.next('watch')).version).toBe('2');
  });

  test('TestReflectorListAndWatch UseWatchList disabled: the watch goes on where the list ended', async () => {
    const { server } = await start();
    (await server.next('list')).list([foo('2')], '5');
    const watch = await server.next('watch');
    expect(watch.version).toBe('5');
    // Whatever the server offers.
    expect(watch.protocol).toBe(listener.tls === undefined ? undefined : 'http/1.1');
    expect(watch.query.get('allowWatchBookmarks')).toBe('true');
    expect(watch.query.get('labelSelector')).toBe('kubernetes.io/service-name=greeter');
    expect(watch.path).toBe('/apis/discovery.k8s.io/v1/namespaces/prod/endpointslices');
    watch.accept().events(['ADDED', bar('6')], ['MODIFIED', foo('7')]);
    await harness.has('foo@7', 'bar@6');
  });

  test('TestReflectorListAndWatch UseWatchList enabled: one request brings the list and what follows', async () => {
    const { server } = await start({ streamsLists: true });
    const stream = await server.next('stream');
    expect(Object.fromEntries(stream.query)).toMatchObject({
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(stream.version).toBeNull();
    stream
      .accept()
      .events(['ADDED', foo('2')])
      .bookmark('5', true)
      .events(['ADDED', bar('6')]);
    await harness.has('foo@2', 'bar@6');
    stream.end();
    expect((await server.next('watch')).version).toBe('6');
  });

  test('TestReflectorListAndWatchWithErrors: errors of lists and watches cost waits, and lists after them put everything right', async () => {
    const { server } = await start();
    (await server.next('list')).list([], '1');
    (await server.next('watch'))
      .accept()
      .events(['ADDED', foo('2')], ['ADDED', bar('3')])
      .error(504, 'Timeout');
    await harness.has('foo@2', 'bar@3');
    await harness.wake(1);
    (await server.next('list')).refuse(503, 'ServiceUnavailable', 'a list error');
    await harness.wake(2);
    const relist = await server.next('list');
    expect(relist.version).toBe('3');
    relist.list([bar('3'), slice('qux', [], { version: '5' })], '5');
    await harness.has('bar@3', 'qux@5');
    (await server.next('watch')).refuse(503, 'ServiceUnavailable', 'a watch error');
    await harness.wake(3);
    (await server.next('list')).list([bar('6')], '6');
    await harness.has('bar@6');
  });

  test('TestReflectorListAndWatchInitConnBackoff: refused connections are waited for longer and longer, and the version is kept', async () => {
    const { server, store } = await start();
    const { port } = server;
    (await server.next('list')).list([foo('1')], '7');
    (await server.next('watch')).accept();
    harness.clock.advance(2_000);
    await server.close();
    const sleeps: number[] = [];
    for (let failures = 1; failures <= 7; failures += 1) sleeps.push(await harness.wake(failures));
    sleeps.forEach((sleepMs, n) => {
      const least = Math.min(30_000, 800 * 2 ** n);
      expect(sleepMs).toBeGreaterThanOrEqual(least);
      expect(sleepMs).toBeLessThan(2 * least);
    });
    await harness.sleepMs(8);
    await server.listen(port);
    harness.clock.advance(60_000);
    expect((await server.next('watch')).version).toBe('7');
    expect(store.replaced).toBe(1);
  });

  test('TestNewReflectorWithCustomBackoff: waits start anew after two minutes without one', async () => {
    const { server } = await start();
    for (let failures = 1; failures <= 4; failures += 1) {
      (await server.next('list')).refuse(500, 'InternalError');
      await harness.wake(failures);
    }
    (await server.next('list')).list([], '1');
    const watch = (await server.next('watch')).accept();
    harness.clock.advance(121_000);
    watch.error(504, 'Timeout');
    expect(await harness.sleepMs(5)).toBeLessThan(1_600);
  });

  test('TestBackoffOnTooManyRequests: a watch that is refused with 429 is asked for again, no sooner than the server says', async () => {
    const { server } = await start();
    (await server.next('list')).list([], '1');
    (await server.next('watch')).refuse(429, 'TooManyRequests', 'busy', { 'retry-after': '17' });
    expect(await harness.wake(1)).toBe(17_000);
    expect((await server.next('watch')).version).toBe('1');
  });

  test('TestNoRelistOnTooManyRequests: neither a 429 on a watch nor one within it is followed by a list', async () => {
    const { server, store } = await start();
    (await server.next('list')).list([], '1');
    (await server.next('watch')).refuse(429, 'TooManyRequests');
    await harness.wake(1);
    (await server.next('watch')).accept().error(429, 'TooManyRequests');
    await harness.wake(2);
    expect((await server.next('watch')).version).toBe('1');
    expect(store.replaced).toBe(1);
  });

  test('TestRetryInternalError: internal errors in a watch are followed by watches for 30 s, then by a list', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([], '1');
    let failures = 0;
    const begun = clock.now();
    while (clock.now() - begun < 30_000) {
      (await server.next('watch')).accept().error(500, 'InternalError');
      await harness.wake((failures += 1));
    }
    (await server.next('watch')).accept().error(500, 'InternalError');
    await harness.wake((failures += 1));
    expect((await server.next('list')).version).toBe('1');
    expect(failures).toBeGreaterThan(3);
  });

  test('TestReflectorWatchListPageSize: a list is asked for in pages of 500', async () => {
    const { server } = await start();
    const first = await server.next('list');
    expect([first.query.get('limit'), first.version]).toEqual(['500', '0']);
    first.list([foo('1')], '10', 'token-2');
    const second = await server.next('list');
    expect([second.query.get('continue'), second.query.get('limit'), second.version]).toEqual(['token-2', '500', null]);
    second.list([bar('2')], '10');
    await harness.has('foo@1', 'bar@2');
    expect((await server.next('watch')).version).toBe('10');
  });

  test('TestReflectorNotPaginatingNotConsistentReads: a list at a version is asked for whole, so that the cache answers', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([foo('1')], '10');
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    const relist = await server.next('list');
    expect([relist.version, relist.query.get('limit')]).toEqual(['10', null]);
  });

  test('TestReflectorPaginatingNonConsistentReadsIfWatchCacheDisabled: a server that pages what its cache could answer goes on to be asked in pages', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([foo('1')], '10', 'more');
    (await server.next('list')).list([bar('2')], '10');
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    const relist = await server.next('list');
    expect([relist.version, relist.query.get('limit')]).toEqual(['10', '500']);
  });

  test('TestReflectorResyncWithResourceVersion: the first list may be of any age, later ones are not older than what was seen', async () => {
    const { server, clock } = await start();
    const first = await server.next('list');
    expect(first.version).toBe('0');
    first.list([foo('1')], '10');
    const watch = (await server.next('watch')).accept().bookmark('20');
    await settle();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    expect((await server.next('list')).version).toBe('20');
  });

  test('TestReflectorExpiredExactResourceVersion: a version that has expired is given up for the newest state', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([foo('1')], '10');
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    (await server.next('list')).refuse(410, 'Expired', 'too old resource version');
    const newest = await server.next('list');
    expect([newest.version, newest.query.get('limit')]).toEqual([null, '500']);
    newest.list([bar('11')], '11');
    await harness.has('bar@11');
    expect((await server.next('watch')).version).toBe('11');
  });

  test('TestReflectorFullListIfExpired: a list that expires between two pages is asked for whole', async () => {
    const { server } = await start();
    (await server.next('list')).list([foo('1')], '10', 'more');
    const second = await server.next('list');
    expect(second.query.get('continue')).toBe('more');
    second.refuse(410, 'Expired', 'the provided continue parameter is too old');
    const whole = await server.next('list');
    expect([whole.version, whole.query.get('limit'), whole.query.get('continue')]).toEqual(['0', null, null]);
    whole.list([bar('12')], '12');
    await harness.has('bar@12');
  });

  test.each([
    [
      'by its cause',
      { kind: 'Status', code: 504, reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
    ],
    [
      'by its text',
      { kind: 'Status', code: 504, reason: 'Timeout', message: 'Too large resource version: 20, current: 10' },
    ],
  ])(
    'TestReflectorFullListIfTooLarge: a version that the server has not reached is given up, known %s',
    async (_, status) => {
      const { server, clock } = await start();
      (await server.next('list')).list([foo('1')], '20');
      const watch = (await server.next('watch')).accept();
      clock.advance(10_000);
      watch.error(410, 'Expired');
      (await server.next('list')).json(504, status);
      expect((await server.next('list')).version).toBeNull();
    },
  );

  test('TestWatchTimeout: a watch is asked to end after 5 to 10 minutes', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([], '1');
    const asked = new Set<number>();
    for (let n = 0; n < 10; n += 1) {
      const watch = (await server.next('watch')).accept();
      const seconds = Number(watch.query.get('timeoutSeconds'));
      expect(seconds).toBeGreaterThanOrEqual(300);
      expect(seconds).toBeLessThan(600);
      asked.add(seconds);
      clock.advance(1_000);
      watch.end();
    }
    expect(asked.size).toBeGreaterThan(5);
  });

  test('TestReflectorResourceVersionUpdate: each event and each bookmark moves the version', async () => {
    const { server } = await start();
    (await server.next('list')).list([], '10');
    const events: [string, unknown][] = [
      ['ADDED', foo('11')],
      ['MODIFIED', foo('12')],
      ['DELETED', foo('13')],
    ];
    for (const [type, object] of events) {
      const watch = (await server.next('watch')).accept().events([type, object]);
      await settle();
      watch.end();
    }
    const watch = await server.next('watch');
    expect(watch.version).toBe('13');
    watch.accept().bookmark('14').end();
    expect((await server.next('watch')).version).toBe('14');
  });

  test('TestReflectorReplacesStoreOnUnsafeDelete: what a list does not have any more is gone', async () => {
    const { server, clock } = await start();
    (await server.next('list')).list([foo('1'), bar('2')], '10');
    await harness.has('foo@1', 'bar@2');
    const watch = (await server.next('watch')).accept();
    clock.advance(10_000);
    watch.error(410, 'Expired');
    (await server.next('list')).list([bar('2')], '20');
    await harness.has('bar@2');
  });

  test('TestReflectorListExtract: a list of null is an empty one, and what is no list is an error', async () => {
    const { server, store } = await start();
    (await server.next('list')).json(200, { kind: 'Table', metadata: {}, rows: [] });
    await harness.wake(1);
    expect(store.errors[0]).toMatch(/the answer is a Table instead of an EndpointSliceList/);
    (await server.next('list')).list(null, '3');
    expect((await server.next('watch')).version).toBe('3');
    expect(store.replaced).toBe(1);
  });
});
