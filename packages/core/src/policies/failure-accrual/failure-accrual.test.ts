import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { attemptAfter } from '../../../test/support/fake-member.js';
import { endWith, PolicyBench } from '../../../test/support/policy-bench.js';
import { policyOf } from '../../../test/support/policy.js';
import { endpointAt } from '../../endpoint/endpoint.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { peakEwma } from '../peak-ewma-policy.js';
import { roundRobin } from '../round-robin.js';
import { failureAccrual } from './failure-accrual.js';
import type { FailureAccrualOptions } from './failure-accrual-options.js';

const bench = (options: FailureAccrualOptions = {}, members = 5, seed = 1): PolicyBench =>
  new PolicyBench(
    failureAccrual({ childPolicy: roundRobin(), jitterRatio: 0, ...options })(),
    members,
    new SeededRandom(seed),
  );

const picked = (b: PolicyBench, calls = 40): readonly number[] =>
  [...new Set(Array.from({ length: calls }, () => b.pick()))].sort();

/** Ejects these, by the seven failures that the default asks for. */
function fail(b: PolicyBench, ...members: readonly number[]): void {
  for (const index of members) b.end(index, 'UNAVAILABLE', 7);
}

describe('a member that fails', () => {
  test('is hidden at the seventh failure in a row, before the next pick, and without a timer', () => {
    const b = bench({ minSuccessRatio: 0 });
    for (let n = 0; n < 6; n++) b.end(1, 'INTERNAL');
    const { updates } = b;
    expect(picked(b)).toContain(1);
    b.end(1, 'INTERNAL');
    expect([b.ejected, picked(b), b.updates - updates]).toEqual([[1], [0, 2, 3, 4], 1]);
    expect(b.update.revisitInMs).toBeUndefined();
  });

  test('with a jitter of a half, between one and one and a half times the pause, and never beyond the longest', () => {
    const waits = Array.from({ length: 200 }, (_, seed) => {
      const b = bench({ jitterRatio: 0.5 }, 5, seed + 1);
      fail(b, 0);
      return b.update.ejected![0]!.untilMs - b.now;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThan(1_500);
    expect(new Set(waits).size).toBeGreaterThan(100);
    const capped = Array.from({ length: 200 }, (_, seed) => {
      const b = bench({ jitterRatio: 0.5, maxBackoffMs: 1_200 }, 5, seed + 1);
      fail(b, 0);
      return b.update.ejected![0]!.untilMs - b.now;
    });
    expect(Math.max(...capped)).toBe(1_200);
  });

  test('is not judged by calls that were cancelled, never sent, or read late', () => {
    const b = bench();
    b.end(0, 'CANCELLED', 100);
    for (let n = 0; n < 100; n++) endWith(b.begin(0), b.now, 'UNAVAILABLE', true);
    expect(b.ejected).toEqual([]);
    b.end(0, 'UNAVAILABLE', 3);
    b.end(0, 'CANCELLED');
    b.end(0, 'UNAVAILABLE', 4);
    expect(b.ejected).toEqual([0]);
  });

  test('is judged by its outcome where there is no status', () => {
    const b = bench();
    for (let n = 0; n < 7; n++) b.begin(0).end(b.now, 'failure');
    expect(b.ejected).toEqual([0]);
  });

  test('of ten, answering UNAVAILABLE in 1 ms while others take 20 ms: at most 1 % after the first 100 calls', () => {
    const b = new PolicyBench(failureAccrual({ childPolicy: peakEwma() })(), 10);
    const ends: { at: number; end: () => void }[] = [];
    const counts = [0, 0];
    for (let n = 0; n < 30_000; n++) {
      for (const due of ends.filter(({ at }) => at <= b.now)) due.end();
      ends.splice(0, ends.length, ...ends.filter(({ at }) => at > b.now));
      const index = b.pick();
      const completion = b.begin(index);
      const at = b.now + (index === 0 ? 1 : 20);
      ends.push({ at, end: () => endWith(completion, b.now, index === 0 ? 'UNAVAILABLE' : 'OK') });
      if (n >= 100) counts[index === 0 ? 1 : 0]! += 1;
      b.advance(1);
    }
    expect(counts[1]! / (counts[0]! + counts[1]!)).toBeLessThanOrEqual(0.01);
  });
});

describe('its probe', () => {
  test('is the next first attempt; a call that failed elsewhere is none', () => {
    const b = bench();
    fail(b, 2);
    b.advance(1_000);
    for (let n = 0; n < 10; n++) expect(b.pick(attemptAfter([b.members[0]!]))).not.toBe(2);
    expect([b.pick(), b.pick({ ...attemptAfter([]) })]).toEqual([2, 2]);
    b.begin(2);
    expect(picked(b)).toEqual([0, 1, 3, 4]);
  });

  test('that is cancelled, or distorted, gives the next call the probe', () => {
    const b = bench();
    fail(b, 2);
    b.advance(1_000);
    b.call('CANCELLED');
    expect(b.pick()).toBe(2);
    endWith(b.begin(b.pick()), b.now, 'UNAVAILABLE', true);
    expect([b.pick(), b.ejected]).toEqual([2, [2]]);
  });

  test('admits the member at its first message: a stream need not end, and decides nothing more', () => {
    const b = bench();
    fail(b, 2);
    b.advance(1_000);
    const stream = b.begin(b.pick());
    stream.responded(b.now);
    expect(b.ejected).toEqual([]);
    b.end(2, 'UNAVAILABLE', 4);
    endWith(stream, b.now, 'UNAVAILABLE');
    expect(b.ejected).toEqual([]);
    b.end(2, 'UNAVAILABLE');
    expect(b.ejected).toEqual([2]);
  });

  test('whose connection is lost is followed by another one when the member is ready again', () => {
    const b = bench();
    fail(b, 2);
    b.advance(1_000);
    const probe = b.begin(b.pick());
    b.members[2]!.connectivity = 'connecting';
    b.refresh();
    expect(picked(b)).toEqual([0, 1, 3, 4]);
    b.members[2]!.connectivity = 'ready';
    b.refresh();
    expect(b.pick()).toBe(2);
    endWith(probe, b.now, 'OK');
    expect(b.ejected).toEqual([2]);
    b.call('OK');
    expect(b.ejected).toEqual([]);
  });

  test('a late success of a call from before is none', () => {
    const b = bench();
    const late = b.begin(2);
    fail(b, 2);
    endWith(late, b.now, 'OK');
    b.advance(1_000);
    const another = b.begin(2);
    endWith(late, b.now, 'OK');
    expect(b.ejected).toEqual([2]);
    endWith(another, b.now, 'OK');
    expect(b.ejected).toEqual([]);
  });

  test('of several members at once: one call each', () => {
    const b = bench({}, 10);
    fail(b, 1, 2, 3);
    b.advance(1_000);
    const probed = [1, 2, 3].map(() => {
      const index = b.pick();
      b.begin(index);
      return index;
    });
    expect(probed).toEqual([1, 2, 3]);
    expect(picked(b)).toEqual([0, 4, 5, 6, 7, 8, 9]);
  });

  test('a clock that jumps back an hour does not put it off by one, and one that jumps forth is only early', () => {
    for (const [jump, wait] of [
      [-3_600_000, 1_000],
      [3_600_000, 0],
    ] as const) {
      const b = bench();
      fail(b, 2);
      b.jump(jump);
      expect(b.pick() === 2).toBe(wait === 0);
      b.advance(wait);
      expect(b.pick()).toBe(2);
      b.begin(2);
      b.jump(jump);
      b.pick();
      b.advance(60_000);
      expect(b.pick()).toBe(2);
    }
  });
});

test('a clock that jumps back an hour does not keep what it has counted for an hour', () => {
  const b = bench({ consecutiveFailures: 0 });
  b.end(0, 'INTERNAL', 4);
  b.jump(-3_600_000);
  b.end(0, 'INTERNAL', 4);
  expect(b.ejected).toEqual([]);
  b.jump(-1_000);
  b.end(0, 'INTERNAL');
  expect(b.ejected).toEqual([0]);
});

describe('when many fail', () => {
  test('below half of the members left, all get calls, and when enough are back the ejections hold again', () => {
    const b = bench({}, 4);
    fail(b, 0, 1);
    expect([b.panic, picked(b)]).toEqual([false, [2, 3]]);
    fail(b, 2);
    expect([b.panic, picked(b)]).toEqual([true, [0, 1, 2, 3]]);
    b.advance(1_000);
    expect(b.call('OK')).toBe(0);
    expect([b.ejected, b.panic, picked(b, 1)]).toEqual([[1, 2], false, [1]]);
  });

  test('when all fail, traffic stays spread, and when they recover all are back within the longest pause', () => {
    const b = bench({ jitterRatio: 0.5 }, 10);
    const counts = b.members.map(() => 0);
    for (let n = 0; n < 20_000; n++) {
      counts[b.call('UNAVAILABLE')]! += 1;
      b.advance(10);
    }
    expect([b.ejected.length, b.panic]).toEqual([10, true]);
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.1);
    for (let n = 0; n < 9_000; n++) {
      b.call('OK');
      b.advance(10);
    }
    expect(b.ejected).toEqual([]);
  });

  test('members that failed to connect carry nothing, either: what is left is a share of all', () => {
    const b = bench({}, 6);
    b.members[4]!.connectivity = b.members[5]!.connectivity = 'transient-failure';
    fail(b, 0);
    expect([b.panic, picked(b)]).toEqual([false, [1, 2, 3]]);
    fail(b, 1);
    expect([b.panic, picked(b)]).toEqual([true, [0, 1, 2, 3]]);
  });

  test('members that nobody wants connected are none of them', () => {
    const b = bench({}, 6);
    for (const member of b.members.slice(3)) member.connectivity = 'idle';
    fail(b, 0);
    expect([b.panic, picked(b)]).toEqual([false, [1, 2]]);
  });

  test('when nobody who is ejected is ready, it is no panic: it would help nobody', () => {
    const b = bench({}, 4);
    fail(b, 0);
    for (const member of b.members.slice(0, 3)) member.connectivity = 'transient-failure';
    b.refresh();
    expect([b.ejected, b.panic, picked(b)]).toEqual([[0], false, [3]]);
    b.members[0]!.connectivity = 'ready';
    b.refresh();
    expect([b.panic, picked(b)]).toEqual([true, [0, 3]]);
  });

  test('a single member is never kept from serving', () => {
    const b = bench({}, 1);
    fail(b, 0);
    expect([b.ejected, b.panic, b.pick()]).toEqual([[0], true, 0]);
  });

  test.each([
    [0, [0, 1, 2, 3], false],
    [0, [0, 1, 2, 3, 4], true],
    [100, [0], true],
  ])('panicThreshold %i with %j ejected of five: %s', (panicThreshold, failing, panic) => {
    const b = bench({ panicThreshold });
    fail(b, ...failing);
    expect(b.panic).toBe(panic);
  });
});

describe('what it stands between', () => {
  test('other addresses are another server: what is known of it is forgotten', () => {
    const b = bench();
    fail(b, 0);
    const { id } = b.members[0]!.endpoint;
    Object.assign(b.members[0]!, { endpoint: { ...endpointAt({ kind: 'tcp', host: '10.9.9.9', port: 1 }), id } });
    b.refresh();
    expect([b.ejected, picked(b)]).toEqual([[], [0, 1, 2, 3, 4]]);
  });

  test('an idle ejected member is shown as it is, so that a lazy child connects it', () => {
    const inner = roundRobin()();
    let shown: readonly string[] = [];
    const child: BalancingPolicy = {
      name: 'watching',
      createLoad: () => inner.createLoad(),
      update: (members, context) => {
        shown = members.map(({ connectivity }) => connectivity);
        return inner.update(members, context);
      },
    };
    const b = bench({ childPolicy: () => child });
    fail(b, 0, 1);
    b.members[0]!.connectivity = 'idle';
    b.refresh();
    expect([b.ejected, shown]).toEqual([
      [0, 1],
      ['idle', 'transient-failure', 'ready', 'ready', 'ready'],
    ]);
  });

  test('over itself: both eject, which is told once as the parent has it, and one probe serves both', () => {
    const inner = failureAccrual({ childPolicy: roundRobin(), jitterRatio: 0, initialBackoffMs: 500 });
    const b = bench({ childPolicy: inner });
    fail(b, 0);
    expect([b.ejected, b.update.ejected![0]!.untilMs]).toEqual([[0], b.now + 1_000]);
    b.advance(1_000);
    b.call('OK');
    expect(b.ejected).toEqual([]);
  });

  test('over itself: whom only the parent would spare in its panic is hidden by the child', () => {
    const inner = failureAccrual({ childPolicy: roundRobin(), jitterRatio: 0, panicThreshold: 0 });
    const b = bench({ childPolicy: inner }, 3);
    fail(b, 0, 1);
    expect(b.update.ejected!.map(({ heeded }) => heeded ?? true)).toEqual([true, true]);
    expect(picked(b)).toEqual([2]);
    fail(b, 2);
    expect(b.update.ejected!.map(({ heeded }) => heeded ?? true)).toEqual([false, false, false]);
    expect(picked(b)).toEqual([0, 1, 2]);
  });

  test('is made by a service config', () => {
    const config = { consecutiveFailures: 1, initialBackoff: '2s', jitterRatio: 0, childPolicy: [{ round_robin: {} }] };
    const b = new PolicyBench(policyOf('failure_accrual', config));
    b.end(3, 'INTERNAL');
    expect(b.update.ejected).toMatchObject([{ cause: 'consecutive-failures', untilMs: b.now + 2_000 }]);
  });

  test.each([
    [{ minSuccessRatio: 1.1 }, 'failure_accrual.minSuccessRatio: 1.1 (expected: a ratio, 0 to 1)'],
    [{ windowMs: 9 }, 'failure_accrual.windowMs: 9 (expected: a duration, 10 to 3600000 ms)'],
    [{ backoffMultiplier: NaN }, 'failure_accrual.backoffMultiplier: NaN (expected: a number, 1 to 100)'],
    [
      { initialBackoffMs: 5_000, maxBackoffMs: 1_000 },
      'failure_accrual.initialBackoff: 5000 (expected: in ms, at most maxBackoff, which is 1000)',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => failureAccrual(options)).toThrow(message);
  });
});
