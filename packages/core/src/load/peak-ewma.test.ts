import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { CallOutcome } from './load.js';
import { PeakEwmaLoad } from './peak-ewma.js';

/** A member that has its warm-up behind it: ten calls of 6 ms. */
function warmLoad(): { readonly load: PeakEwmaLoad; readonly now: number } {
  const load = new PeakEwmaLoad();
  for (let call = 0; call < 10; call++) load.begin(call * 6).end((call + 1) * 6, 'success');
  return { load, now: 60 };
}

/** One call from `now` on. */
function call(load: PeakEwmaLoad, now: number, latencyMs: number, outcome: CallOutcome = 'success'): void {
  load.begin(now).end(now + latencyMs, outcome);
}

describe('PeakEwmaLoad', () => {
  test('an unknown member is free, and with a call on its way dearer than any other', () => {
    const load = new PeakEwmaLoad();
    expect(load.valueAt(0)).toBe(0);
    const completion = load.begin(0);
    const one = load.valueAt(0);
    expect(one).toBeGreaterThan(600_000 * 1e6);
    load.begin(0);
    expect(load.valueAt(0)).toBe(one + 1);
    completion.end(5, 'neutral');
    expect(load.valueAt(5)).toBe(one);
  });

  test('the load is the cost times the number of calls that would share it', () => {
    const { load, now } = warmLoad();
    expect(load.valueAt(now)).toBeCloseTo(6, 9);
    load.begin(now);
    load.begin(now);
    expect([load.valueAt(now), load.inFlight]).toEqual([expect.closeTo(18, 9), 2]);
  });

  test('a slow call counts at once, decays within the decay time, and reading changes nothing', () => {
    const { load, now } = warmLoad();
    call(load, now, 300);
    const after = now + 300;
    for (let reads = 0; reads < 100; reads++) load.valueAt(after + 1e6);
    expect(load.valueAt(after)).toBe(300);
    expect(load.valueAt(after + 10_000)).toBeCloseTo(300 / Math.E, 9);
  });

  test('a failure costs the penalty, or what it really took, or what was known, whichever is most', () => {
    const fast = warmLoad();
    call(fast.load, fast.now, 1, 'failure');
    expect(fast.load.valueAt(fast.now + 1)).toBe(5_000);

    const slow = warmLoad();
    call(slow.load, slow.now, 30_000, 'failure');
    expect(slow.load.valueAt(slow.now + 30_000)).toBe(30_000);
    call(slow.load, slow.now + 30_000, 1, 'failure');
    expect(slow.load.valueAt(slow.now + 30_001)).toBeCloseTo(30_000, -1);
  });

  test('the first failure of an unknown member costs as much as any other', () => {
    const load = new PeakEwmaLoad();
    call(load, 0, 1, 'failure');
    expect(load.valueAt(1)).toBe(5_000);
    expect(load.valueAt(10_001)).toBeCloseTo(5_000 / Math.E, 9);
  });

  test('a neutral end records nothing', () => {
    const { load, now } = warmLoad();
    const before = load.valueAt(now + 900);
    call(load, now, 900, 'neutral');
    expect(load.valueAt(now + 900)).toBe(before);
    const unknown = new PeakEwmaLoad();
    call(unknown, 0, 900, 'neutral');
    expect(unknown.valueAt(900)).toBe(0);
  });

  test('the latency of a stream is known at its first message and not at its end', () => {
    const load = new PeakEwmaLoad();
    const stream = load.begin(0);
    stream.responded(20);
    expect(load.valueAt(20)).toBeCloseTo(40, 9);
    stream.responded(500);
    stream.end(3_600_000, 'success');
    // Recorded again at its end, the hour would show.
    expect(load.valueAt(3_600_000)).toBeLessThan(20);
    expect(load.inFlight).toBe(0);
  });

  test('a stream that fails after its first message is a failure', () => {
    const load = new PeakEwmaLoad();
    const stream = load.begin(0);
    stream.responded(20);
    stream.end(100, 'failure');
    expect(load.valueAt(100)).toBe(5_000);
  });

  test('a second end is ignored', () => {
    const { load, now } = warmLoad();
    const completion = load.begin(now);
    completion.end(now + 6, 'success');
    completion.end(now + 7, 'failure');
    completion.responded(now + 900);
    expect(load.inFlight).toBe(0);
    expect(load.valueAt(now + 900)).toBeLessThan(7);
  });

  test('a member whose cost decayed to nothing still shows its calls in flight', () => {
    const { load, now } = warmLoad();
    const later = now + 1e8;
    const idle = load.valueAt(later);
    load.begin(later);
    expect(load.valueAt(later)).toBeGreaterThan(idle);
  });

  test('answers finite numbers ≥ 0 and ends with nothing in flight, whatever happens in whatever order', () => {
    const event = fc.record({
      kind: fc.constantFrom('begin', 'responded', 'end'),
      which: fc.nat(20),
      after: fc.double({ min: -10, max: 20_000, noNaN: true }),
      outcome: fc.constantFrom<CallOutcome>('success', 'failure', 'neutral'),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const load = new PeakEwmaLoad();
        const open: ReturnType<PeakEwmaLoad['begin']>[] = [];
        let now = 0;
        for (const { kind, which, after, outcome } of events) {
          now += after;
          const index = which % Math.max(1, open.length);
          if (kind === 'begin') open.push(load.begin(now));
          else if (kind === 'responded') open[index]?.responded(now);
          else open.splice(index, 1)[0]?.end(now, outcome);
          expect(load.inFlight).toBe(open.length);
          expect(load.valueAt(now)).toBeGreaterThanOrEqual(0);
          expect(load.valueAt(now)).toBeLessThan(Infinity);
        }
        for (const completion of open) completion.end(now, 'neutral');
        expect(load.inFlight).toBe(0);
      }),
    );
  });

  test.each([{ decayTimeMs: 0 }, { decayTimeMs: Infinity }, { failurePenaltyMs: -1 }, { decayTime: 1 }])(
    'refuses %j',
    (options) => {
      expect(() => new PeakEwmaLoad(options)).toThrow(InvalidOptionError);
    },
  );
});

describe('a cold start', () => {
  test('is forgiven within a second, after the warm-up the same call is not', () => {
    const cold = new PeakEwmaLoad();
    call(cold, 0, 60);
    expect(cold.valueAt(60)).toBe(60);
    expect(cold.valueAt(60 + 600)).toBeLessThan(6);
    const { load, now } = warmLoad();
    call(load, now, 60);
    expect(load.valueAt(now + 60 + 600)).toBeGreaterThan(50);
  });

  test('ten quick calls leave less than 1/500 of a slow first one, however fast they come', () => {
    const load = new PeakEwmaLoad();
    call(load, 0, 1_000);
    for (let made = 0; made < 9; made++) call(load, 1_000 + made, 1);
    expect(load.valueAt(1_009)).toBeLessThan(1 + 1_000 / 500);
  });

  test('nothing is forgiven while a call waits for its answer', () => {
    const load = new PeakEwmaLoad();
    call(load, 0, 60);
    const frozen = load.begin(60);
    expect(load.valueAt(1_060)).toBeGreaterThan(2 * 50);
    frozen.end(5_060, 'neutral');
    expect(load.valueAt(5_660)).toBeLessThan(6);
  });

  test('a stream that goes on does not stop the forgiving', () => {
    const load = new PeakEwmaLoad();
    load.begin(0).responded(60);
    expect(load.valueAt(660)).toBeLessThan(2 * 6);
  });

  test('a failure ends it', () => {
    const load = new PeakEwmaLoad();
    call(load, 0, 1, 'failure');
    call(load, 1_000, 1);
    expect(load.valueAt(2_000)).toBeGreaterThan(3_000);
  });

  test('a decay time below that of the warm-up stays as it is', () => {
    const load = new PeakEwmaLoad({ decayTimeMs: 100 });
    call(load, 0, 60);
    expect(load.valueAt(160)).toBeCloseTo(60 / Math.E, 9);
  });

  test('a time that our own stalled event loop distorts is no latency, at the first message or at the end', () => {
    for (const path of ['message', 'end'] as const) {
      const { load, now } = warmLoad();
      const before = load.valueAt(now + 400);
      const completion = load.begin(now);
      if (path === 'message') completion.responded(now + 300, true);
      completion.end(now + 300, 'success', path === 'end');
      expect(load.valueAt(now + 400)).toBe(before);
      expect(load.inFlight).toBe(0);
      // It does not wait for its first message any more, or the next new call would be held against the member.
      call(load, now + 400, 6);
      expect(load.valueAt(now + 406)).toBeLessThan(7);
    }
  });

  test('a member whose only answers were read late is as unknown as before', () => {
    const load = new PeakEwmaLoad();
    load.begin(0).end(300, 'success', true);
    expect(load.valueAt(300)).toBe(0);
  });

  test('a failure that was read late costs the penalty, and not the time of the stall', () => {
    const { load, now } = warmLoad();
    load.begin(now).end(now + 60_000, 'failure', true);
    expect(load.valueAt(now + 60_000)).toBe(5_000);
  });
});

describe('calls that are not answered yet', () => {
  const known = (): PeakEwmaLoad => {
    const load = new PeakEwmaLoad();
    load.begin(0).end(10, 'success');
    return load;
  };

  test('cost at least as long as the oldest of them waits', () => {
    const load = known();
    const [first, second, third] = [load.begin(10), load.begin(110), load.begin(210)];
    expect(load.valueAt(12)).toBeCloseTo(40, 0);
    expect(load.valueAt(1_010)).toBe(4_000);
    second.responded(1_010);
    expect(load.valueAt(1_510)).toBe(1_500 * 4);
    first.responded(1_510);
    third.end(1_510, 'neutral');
    second.end(1_510, 'success');
    first.end(1_510, 'success');
    expect(load.inFlight).toBe(0);
    const alone = load.valueAt(1_510);
    expect([alone > 1_000, load.valueAt(100_000) < 1]).toEqual([true, true]);
  });

  test('but not for ever: a stream that stays silent does not keep other calls away', () => {
    const load = known();
    load.begin(10);
    expect(load.valueAt(10_010)).toBe(20_000);
    expect(load.valueAt(10_011)).toBeLessThan(20);
  });

  test('whichever ends first, and however often that is said', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 40 }), (picks) => {
        const load = known();
        const open = [0, 1, 2, 3, 4].map((n) => ({ at: 20 + n, completion: load.begin(20 + n), waits: true }));
        for (const [step, which] of picks.entries()) {
          const call = open[which]!;
          if (step % 3 === 0) call.completion.responded(30, true);
          else call.completion.end(30, 'neutral');
          call.waits = false;
          const waiting = open.filter(({ waits }) => waits).map(({ at }) => at);
          if (waiting.length > 0) {
            expect(load.valueAt(5_000)).toBeCloseTo((5_000 - Math.min(...waiting)) * (load.inFlight + 1), 5);
          }
        }
      }),
    );
  });

  test('a clock that goes back makes none of them wait a negative time', () => {
    const load = known();
    load.begin(3_600_000);
    expect(load.valueAt(0)).toBeGreaterThanOrEqual(0);
  });
});
