import { VirtualClock } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import { ShutdownSequence } from './shutdown-sequence.js';

/** A server whose calls end when the test says so; every step is written down with its time. */
function scene({ propagationDelayMs = 5_000, drainTimeoutMs = 20_000, endsWhenForced = true } = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const note = (step: string) => log.push(`${step}@${clock.now()}`);
  let stopped = (): void => undefined;
  const steps = {
    announce: () => void note('announce'),
    endWatches: () => (note('endWatches'), 3),
    stop: (onStopped: () => void) => {
      note('stop');
      stopped = onStopped;
    },
    forceStop: () => {
      note('forceStop');
      if (endsWhenForced) stopped();
    },
  };
  const sequence = new ShutdownSequence(steps, { propagationDelayMs, drainTimeoutMs }, clock);
  return { clock, log, sequence, allCallsEnd: () => stopped() };
}

describe('ShutdownSequence', () => {
  test('does nothing until it is begun', () => {
    const { clock, log, sequence } = scene();
    expect(sequence.phase).toBe('serving');
    expect(clock.pendingTimers).toBe(0);
    expect(log).toEqual([]);
  });

  test('announces, waits for the news to travel, drains, and ends when the last call has ended', async () => {
    const { clock, log, sequence, allCallsEnd } = scene();
    clock.advance(100);
    sequence.begin('SIGTERM');
    expect(sequence.phase).toBe('announcing');
    // Somebody awaits the end: a process with nothing else to do must not exit under it.
    expect(clock.pendingKeepAliveTimers).toBe(1);
    clock.advance(4_999);
    expect(log).toEqual(['announce@100']);
    clock.advance(1);
    expect(sequence.phase).toBe('draining');
    clock.advance(700);
    allCallsEnd();
    expect(sequence.phase).toBe('ended');
    expect(log).toEqual(['announce@100', 'endWatches@5100', 'stop@5100']);
    expect(await sequence.ended).toEqual({
      trigger: 'SIGTERM',
      outcome: 'drained',
      durationMs: 5_700,
      drainMs: 700,
      watchesEnded: 3,
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('cuts what still runs at the deadline of the drain', async () => {
    const { clock, log, sequence } = scene();
    sequence.begin('call');
    clock.advance(24_999);
    expect(sequence.phase).toBe('draining');
    clock.advance(1);
    expect(log.at(-1)).toBe('forceStop@25000');
    expect(await sequence.ended).toMatchObject({ outcome: 'deadline', durationMs: 25_000, drainMs: 20_000 });
    expect(clock.pendingTimers).toBe(0);
  });

  test('drains for no time at all when both durations are 0', async () => {
    const { clock, log, sequence } = scene({ propagationDelayMs: 0, drainTimeoutMs: 0 });
    sequence.begin('call');
    clock.advance(0);
    expect(log).toEqual(['announce@0', 'endWatches@0', 'stop@0', 'forceStop@0']);
    expect(await sequence.ended).toMatchObject({ outcome: 'deadline', durationMs: 0 });
  });

  test('can be forced during the delay', async () => {
    const { clock, log, sequence } = scene();
    sequence.begin('SIGTERM');
    clock.advance(1_000);
    sequence.force('SIGTERM');
    expect(log).toEqual(['announce@0', 'stop@1000', 'forceStop@1000']);
    expect(await sequence.ended).toMatchObject({
      trigger: 'SIGTERM',
      outcome: 'forced',
      durationMs: 1_000,
      drainMs: 0,
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('can be forced during the drain, and stops the server once', async () => {
    const { clock, log, sequence } = scene();
    sequence.begin('SIGTERM');
    clock.advance(6_000);
    sequence.force('SIGINT');
    expect(log).toEqual(['announce@0', 'endWatches@5000', 'stop@5000', 'forceStop@6000']);
    expect(await sequence.ended).toMatchObject({ trigger: 'SIGTERM', outcome: 'forced', drainMs: 1_000 });
  });

  test('can be forced without having begun, and tells everybody all the same', async () => {
    const { log, sequence } = scene();
    sequence.force('call');
    expect(log).toEqual(['announce@0', 'stop@0', 'forceStop@0']);
    expect(await sequence.ended).toMatchObject({ trigger: 'call', outcome: 'forced', durationMs: 0 });
  });

  test('ends within a second of being forced even when the connections do not', async () => {
    const { clock, sequence } = scene({ endsWhenForced: false });
    sequence.begin('call');
    sequence.force('call');
    clock.advance(999);
    expect(sequence.phase).toBe('forcing');
    clock.advance(1);
    expect(await sequence.ended).toMatchObject({ outcome: 'forced', durationMs: 1_000 });
  });

  test('is begun, forced and ended once', async () => {
    const { clock, log, sequence, allCallsEnd } = scene();
    sequence.begin('SIGTERM');
    sequence.begin('call');
    clock.advance(5_000);
    sequence.begin('call');
    allCallsEnd();
    sequence.force('call');
    allCallsEnd();
    clock.advance(100_000);
    expect(log).toEqual(['announce@0', 'endWatches@5000', 'stop@5000']);
    expect(await sequence.ended).toMatchObject({ trigger: 'SIGTERM', outcome: 'drained', durationMs: 5_000 });
  });
});
