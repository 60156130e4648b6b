import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { pod, slice } from '../../test/support/slices.js';
import { ReflectorHarness } from '../../test/support/reflector-harness.js';
import { CEILING_MS, settle, until } from '../../test/support/until.js';
import type { Exchange } from '../../test/support/api-server.js';

jest.setTimeout(CEILING_MS);

let harness: ReflectorHarness;

const foo = (version: string, note = ''): unknown => ({ ...slice('foo', [pod(1)], { version }), note });

async function watching(): Promise<Exchange> {
  harness = await ReflectorHarness.start();
  (await harness.server.next('list')).list([foo('1')], '1');
  const watch = (await harness.server.next('watch')).accept();
  await settle();
  return watch;
}

afterEach(() => harness.close());

describe('what the network does to a stream', () => {
  test('a line that comes byte by byte, with characters of several bytes, is read', async () => {
    const watch = await watching();
    const line = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: foo('2', 'Grüße 🌍') })}\n`);
    for (const byte of line) {
      watch.raw(Uint8Array.of(byte));
      await settle();
    }
    await harness.has('foo@2');
  }, 60_000);

  test('a connection that breaks off within a character or a line has not said that line', async () => {
    const watch = await watching();
    const line = Buffer.from(JSON.stringify({ type: 'MODIFIED', object: foo('9', 'ü') }));
    watch.events(['MODIFIED', foo('2')]).raw(line.subarray(0, line.indexOf(0xc3) + 1));
    await harness.has('foo@2');
    watch.reset();
    expect((await harness.server.next('watch')).version).toBe('2');
    expect(harness.store.errors).toEqual([]);
  });

  test('a line of 10 MB is read', async () => {
    const watch = await watching();
    watch.events(['MODIFIED', foo('2', 'x'.repeat(10_000_000))]);
    await harness.has('foo@2');
  });

  test.each([
    ['no JSON', '{"type":"MODIF\n'],
    ['no event', '[]\n'],
    ['longer than 16 MiB', 'x'.repeat(2 ** 24 + 1)],
  ])(
    'a line that is %s is an error of the server, and the watch begins again from the last version',
    async (_, line) => {
      const watch = await watching();
      watch.events(['MODIFIED', foo('2')]).raw(line);
      await harness.wake(1);
      expect((await harness.server.next('watch')).version).toBe('2');
      expect(harness.store.errors[0]).toMatch(/cannot decode an event/);
    },
  );

  test('a peer that is silently gone is noticed: after the time of the watch, and 150 s once it has sent bookmarks', async () => {
    const watch = await watching();
    const { clock, server } = harness;
    const patienceMs = Number(watch.query.get('timeoutSeconds')) * 1_000 + 30_000;
    clock.advance(patienceMs - 1);
    await settle();
    expect(watch.closed).toBe(false);
    clock.advance(1);
    const second = (await server.next('watch')).accept();
    clock.advance(100_000);
    second.bookmark('8').end();
    const third = await server.next('watch');
    expect(third.version).toBe('8');
    third.accept();
    await settle();
    clock.advance(150_000);
    expect((await server.next('watch')).version).toBe('8');
    expect(harness.store.errors).toEqual([]);
  });

  test('a server that accepts connections and never answers is an error after 30 s', async () => {
    harness = await ReflectorHarness.start();
    await harness.server.next('list');
    harness.clock.advance(30_000);
    await until(() => harness.store.errors.length === 1);
    expect(harness.store.errors[0]).toMatch(/cannot list endpointslices .*: no answer within 30000 ms/);
  });
});

describe('refresh()', () => {
  test('is answered by a watch that said something in the last 5 s, without a request', async () => {
    await watching();
    const { clock, reflector, server, store } = harness;
    await settle();
    clock.advance(5_000);
    reflector.refresh();
    expect(store.confirmed).toEqual([5_000]);
    await settle();
    expect(server.waiting).toBe(0);
  });

  test('lists anew when the watch is doubted, however recently it said something', async () => {
    const watch = await watching();
    const { clock, reflector, server } = harness;
    await settle();
    clock.advance(5_000);
    reflector.refresh(true);
    const list = await server.next('list');
    expect(list.version).toBeNull();
    await until(() => watch.closed);
    list.list([foo('5')], '5');
    await harness.has('foo@5');
  });

  test('lists anew when the watch has been silent for longer: the newest state, not that of a cache', async () => {
    const watch = await watching();
    const { clock, reflector, server, store } = harness;
    await settle();
    clock.advance(5_001);
    reflector.refresh();
    const list = await server.next('list');
    expect(list.version).toBeNull();
    await until(() => watch.closed);
    list.list([foo('5')], '5');
    await harness.has('foo@5');
    expect(store.confirmed).toEqual([5_001]);
    expect((await server.next('watch')).version).toBe('5');
  });

  test('while a list is under way is answered by the watch that follows, which began later', async () => {
    harness = await ReflectorHarness.start();
    const { clock, reflector, server, store } = harness;
    const list = await server.next('list');
    clock.advance(10);
    reflector.refresh();
    clock.advance(10);
    list.list([], '1');
    const watch = await server.next('watch');
    expect(store.confirmed).toEqual([]);
    watch.accept();
    await until(() => store.confirmed.length === 1);
    expect(store.confirmed).toEqual([20]);
  });

  test('shortens the wait after a failure to 5 s from its beginning', async () => {
    harness = await ReflectorHarness.start();
    const { clock, reflector, server } = harness;
    for (let failures = 1; failures <= 4; failures += 1) {
      (await server.next('list')).refuse(503, 'ServiceUnavailable');
      if (failures < 4) await harness.wake(failures);
    }
    expect(await harness.sleepMs(4)).toBeGreaterThan(6_000);
    clock.advance(1_000);
    reflector.refresh();
    expect(await harness.sleepMs(4)).toBe(4_000);
    clock.advance(4_000);
    await server.next('list');
  });

  test('shortens no wait that the server asked for, nor one for somebody to change a Role', async () => {
    harness = await ReflectorHarness.start();
    const { reflector, server } = harness;
    (await server.next('list')).refuse(429, 'TooManyRequests', 'busy', { 'retry-after': '40' });
    await harness.sleepMs(1);
    reflector.refresh();
    expect(await harness.wake(1)).toBe(40_000);
    (await server.next('list')).refuse(403, 'Forbidden');
    await harness.sleepMs(2);
    reflector.refresh();
    expect(await harness.sleepMs(2)).toBeGreaterThanOrEqual(30_000);
  });
});

test('after a failure, the first success is told although nothing has changed', async () => {
  const watch = await watching();
  const { server, store } = harness;
  watch.error(500, 'InternalError');
  await harness.wake(1);
  (await server.next('watch')).accept();
  await until(() => store.confirmed.length === 1);
});

test('a watch that expires right after its list is waited for, so that no server is asked in a loop', async () => {
  const watch = await watching();
  watch.error(410, 'Expired');
  await until(() => watch.closed);
  await settle();
  const sleepMs = harness.clock.nextTimerAt! - harness.clock.now();
  expect(sleepMs).toBeGreaterThanOrEqual(800);
  expect(harness.store.errors).toEqual([]);
  harness.clock.advance(sleepMs);
  await harness.server.next('list');
});

test('a server that tells no versions and ends each watch at once is not asked in a loop', async () => {
  harness = await ReflectorHarness.start();
  const { server } = harness;
  const metadata = {};
  (await server.next('list')).json(200, { kind: 'EndpointSliceList', metadata, items: [] });
  const nameless = slice('foo', [pod(1)], { version: '' });
  (await server.next('watch')).accept().events(['ADDED', nameless]).end();
  expect(await harness.sleepMs(1)).toBeGreaterThanOrEqual(800);
});

test('the first events of a watch from nowhere do not move the version: they are in no order', async () => {
  harness = await ReflectorHarness.start();
  const { clock, server } = harness;
  (await server.next('list')).json(200, { kind: 'EndpointSliceList', metadata: {}, items: [] });
  const first = (await server.next('watch')).accept().events(['ADDED', foo('7')]);
  await harness.has('foo@7');
  clock.advance(1_000);
  first.end();
  const second = await server.next('watch');
  expect(second.version).toBeNull();
  second.accept().events(['ADDED', foo('7')], ['MODIFIED', foo('8')]);
  await harness.has('foo@8');
  second.end();
  expect((await server.next('watch')).version).toBe('8');
});
