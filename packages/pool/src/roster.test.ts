import { describe, expect, test } from '@jest/globals';
import { NO_STALLS, OutstandingLoad, endpointAt, type Endpoint } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { pod } from '../test/support/virtual-pool.js';
import { PoolEmitter } from './events.js';
import { HealthChecks } from './health/health-checks.js';
import { PodMember, type Member } from './member/member.js';
import { PoolCounts } from './pool-counts.js';
import { Roster } from './roster.js';

const events = new PoolEmitter();

function rosterOf(...endpoints: Endpoint[]): Roster {
  const roster = new Roster((endpoint) => {
    const context = {
      clock: new VirtualClock(),
      random: new SeededRandom(1),
      secure: false,
      credentialsRevision: () => 0,
      stalls: NO_STALLS,
      connectTimeoutMs: 1_000,
      backoff: { baseMs: 1, delayMs: () => 1, next: () => context.backoff },
      onConnected: () => undefined,
      connectionAttemptDelayMs: 250,
      createChannel: () => {
        throw new Error('a roster does not connect');
      },
      onChange: () => undefined,
      onRotation: () => undefined,
      maxConnectionAgeMs: Infinity,
      maxConnectionAgeGraceMs: 0,
      keepalive: false,
      health: new HealthChecks(
        { clock: new VirtualClock(), random: new SeededRandom(1), healthChecking: true },
        events,
      ),
      counts: new PoolCounts(),
    };
    return new PodMember(endpoint, new OutstandingLoad(), context);
  });
  roster.reconcile(endpoints);
  return roster;
}

const ids = (members: readonly Member[]): string[] => members.map((member) => member.endpoint.id);

describe('reconciling a roster', () => {
  test('keeps survivors, their order and their statistics, and appends new members', () => {
    const roster = rosterOf(pod(1), pod(2), pod(3));
    const [, second, third] = roster.members;
    second!.load.begin(0);
    const change = roster.reconcile([pod(4), pod(3), pod(2)]);
    expect(ids(roster.members)).toEqual([pod(2).id, pod(3).id, pod(4).id]);
    expect(roster.members[0]).toBe(second);
    expect(roster.members[1]).toBe(third);
    expect(roster.members[0]!.load.inFlight).toBe(1);
    expect(ids(change.added)).toEqual([pod(4).id]);
    expect(ids(change.removed)).toEqual([pod(1).id]);
    expect(change.changed).toEqual([]);
  });

  test('changes nothing for an identical report, whatever its order', () => {
    const roster = rosterOf(pod(1), pod(2));
    const before = roster.members;
    expect(roster.reconcile([pod(2), pod(1)])).toEqual({ added: [], changed: [], removed: [], failed: false });
    expect(roster.members).toBe(before);
  });

  test('takes a pod once, however often it is reported', () => {
    const roster = rosterOf(pod(1), pod(1), pod(2));
    expect(ids(roster.members)).toEqual([pod(1).id, pod(2).id]);
    expect(roster.reconcile([pod(2), pod(1), pod(2)]).added).toEqual([]);
  });

  test('gives a member the new report of its pod', () => {
    const roster = rosterOf(pod(1));
    const [member] = roster.members;
    const moved = { ...endpointAt({ kind: 'tcp', host: '10.9.9.9', port: 1 }), id: pod(1).id };
    expect(roster.reconcile([moved]).changed).toEqual([member]);
    expect(member!.address).toBe('10.9.9.9:1');
  });

  test('is empty after it was cleared', () => {
    const roster = rosterOf(pod(1), pod(2));
    expect(ids(roster.clear())).toEqual([pod(1).id, pod(2).id]);
    expect(roster.members).toEqual([]);
  });
});
