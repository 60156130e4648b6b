import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../random/seeded-random.js';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  test('stands still until it is moved', () => {
    const clock = new VirtualClock({ startMs: 5, epochMs: 1_000 });
    expect([clock.now(), clock.epochNow()]).toEqual([5, 1_000]);
    clock.advance(2.5);
    expect([clock.now(), clock.epochNow()]).toEqual([7.5, 1_002.5]);
  });

  test('runs timers in order of their time, and of scheduling at the same time', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
      ['now', -5],
    ] as const) {
      clock.schedule(delayMs, () => seen.push(`${name}@${clock.now()}`));
    }
    clock.advance(29);
    expect(seen).toEqual(['now@0', 'a@10', 'b@10']);
    clock.advance(1);
    expect(seen).toHaveLength(4);
  });

  test('blocked: time passes and nothing runs; what became due runs late, in order, and then a round is over', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.schedule(20, () => {
      note('beat')();
      clock.nextRound(note('round'));
    });
    clock.schedule(50, note('b'));
    clock.block(300);
    expect([seen, clock.now()]).toEqual([[], 300]);
    clock.advance(10);
    expect([seen, clock.now()]).toEqual([['beat@300', 'b@300', 'round@300'], 310]);
    expect(() => clock.block(NaN)).toThrow('ms: NaN');
  });

  test('blocked by a timer: those that are due meanwhile run late, and the time does not go back', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.schedule(10, () => clock.block(300));
    clock.schedule(20, () => seen.push(clock.now()));
    clock.advance(50);
    expect([seen, clock.now()]).toEqual([[310], 310]);
  });

  test('runs timers that are scheduled meanwhile at their exact times', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const tick = () => {
      seen.push(clock.now());
      clock.schedule(7, tick);
    };
    clock.schedule(7, tick);
    clock.advance(30);
    expect(seen).toEqual([7, 14, 21, 28]);
    expect([clock.now(), clock.pendingTimers, clock.nextTimerAt]).toEqual([30, 1, 35]);
  });

  test('never runs a cancelled timer, and counts each timer once', () => {
    const clock = new VirtualClock();
    let runs = 0;
    const kept = clock.schedule(10, () => runs++, true);
    const cancelled = clock.schedule(5, () => runs++);
    expect([clock.pendingTimers, clock.pendingKeepAliveTimers]).toEqual([2, 1]);
    cancelled.cancel();
    cancelled.cancel();
    expect([clock.pendingTimers, clock.nextTimerAt]).toEqual([1, 10]);
    clock.advance(10);
    kept.cancel();
    expect([runs, clock.pendingTimers, clock.pendingKeepAliveTimers]).toEqual([1, 0, 0]);
  });

  test('a wall-clock correction moves no timer', () => {
    const clock = new VirtualClock();
    let firedAt: number | undefined;
    clock.schedule(100, () => (firedAt = clock.now()));
    clock.setEpoch(9_000_000);
    clock.advance(100);
    expect([firedAt, clock.epochNow()]).toEqual([100, 9_000_100]);
  });

  test('lets promises run between timers when advanced asynchronously', async () => {
    const clock = new VirtualClock();
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(ms, resolve));
    const seen: number[] = [];
    const work = (async () => {
      for (let step = 0; step < 3; step++) {
        await sleep(10);
        seen.push(clock.now());
      }
    })();
    await clock.advanceAsync(25);
    expect(seen).toEqual([10, 20]);
    await clock.advanceAsync(5);
    await work;
    expect(seen).toEqual([10, 20, 30]);
  });

  test('refuses what a real clock would misunderstand, and stays usable', () => {
    const clock = new VirtualClock();
    expect(() => clock.schedule(Number.NaN, () => undefined)).toThrow('delayMs: NaN');
    expect(() => clock.advance(-1)).toThrow('ms: -1');
    clock.schedule(1, () => clock.advance(1));
    expect(() => clock.advance(1)).toThrow('being advanced already');
    clock.advance(1);
    expect(clock.now()).toBe(2);
  });

  test('keeps the order of thousands of timers with cancellations among them', () => {
    const clock = new VirtualClock();
    const random = new SeededRandom(7);
    const seen: number[] = [];
    let expected = 0;
    for (let i = 0; i < 5_000; i++) {
      const timer = clock.schedule(Math.floor(random.next() * 1_000), () => seen.push(clock.now()));
      if (random.next() < 0.5) timer.cancel();
      else expected++;
    }
    clock.advance(1_000);
    expect(seen).toHaveLength(expected);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
