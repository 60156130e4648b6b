import { describe, expect, test } from '@jest/globals';
import { FakeMember, fakeMembers, firstAttempt, memberOf } from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import type { Load } from '../../load/load.js';
import type { CallObserver } from '../../load/observed-load.js';
import { ObservedLoad } from '../../load/observed-load.js';
import { OutstandingLoad } from '../../load/outstanding.js';
import { liftUpdate } from './lift-update.js';
import { MemberStandIn } from './member-stand-in.js';
import { StandIns } from './stand-ins.js';

const standIns = () =>
  new StandIns<FakeMember, MemberStandIn<FakeMember>>((member) => new MemberStandIn(member, member.load));

describe('stand-ins', () => {
  test('stay as long as the member stays, in the order of the members', () => {
    const members = fakeMembers(3);
    const table = standIns();
    const [first, second] = table.of(members);
    expect(table.of([members[1]!, members[0]!])).toEqual([second, first]);
    table.of([members[0]!]);
    expect(table.of(members)[1]).not.toBe(second);
    const again = new FakeMember(0);
    expect(table.of([again])[0]).not.toBe(first);
  });

  test('show the member as it is now, unless it is hidden', () => {
    const member = new FakeMember(1, 'connecting');
    const standIn = new MemberStandIn(member, new OutstandingLoad());
    expect([standIn.connectivity, standIn.endpoint, standIn.weight]).toEqual(['connecting', member.endpoint, 1]);
    member.connectivity = 'ready';
    standIn.hidden = true;
    standIn.weight = 0.5;
    expect([standIn.connectivity, standIn.weight]).toEqual(['transient-failure', 0.5]);
  });

  test('what the child wants is said of the members', () => {
    const members = fakeMembers(3);
    const views = standIns().of(members);
    const [a, b, c] = views as [(typeof views)[0], (typeof views)[0], (typeof views)[0]];
    const picker = { pick: () => ({ kind: 'wait' as const, connect: b }) };
    const ejected = [{ member: c, cause: 'success-rate', untilMs: 5, heeded: false } as const];
    const loadReports = { intervalMs: 9 };
    const update = liftUpdate({ picker, connect: [a], letGo: [b], ejected, revisitInMs: 7, loadReports });
    expect(update).toMatchObject({
      loadReports,
      connect: [members[0]],
      letGo: [members[1]],
      revisitInMs: 7,
    });
    expect(update.ejected).toEqual([{ member: members[2], cause: 'success-rate', untilMs: 5, heeded: false }]);
    expect(update.picker.pick(firstAttempt, 0)).toEqual({ kind: 'wait', connect: members[1] });
  });

  test('a pick through two policies answers the member, and makes no object', () => {
    const members = fakeMembers(2);
    const outer = standIns().of(members);
    const inner = new StandIns<MemberStandIn<FakeMember>, MemberStandIn<MemberStandIn<FakeMember>>>(
      (member) => new MemberStandIn(member, member.load),
    ).of(outer);
    const { picker } = liftUpdate(liftUpdate(policyOf('round_robin').update(inner, contextAt())));
    const picks = Array.from({ length: 4 }, () => picker.pick(firstAttempt, 0));
    expect(new Set(picks).size).toBe(2);
    expect(new Set(picks.map(memberOf))).toEqual(new Set(members));
  });
});

describe('an observed load', () => {
  class Observer implements CallObserver {
    readonly told: unknown[] = [];
    begun(now: number): void {
      this.told.push(['begun', now]);
    }
    ended(...end: Parameters<CallObserver['ended']>): void {
      this.told.push(['ended', ...end]);
    }
  }

  test('hands reports on, to a child that takes them', () => {
    const policy = policyOf('weighted_round_robin', { enableOobLoadReport: true, blackoutPeriod: '0s' });
    const none = new Map<string, number>();
    const maps = { utilization: none, requestCost: none, namedMetrics: none };
    const rest = { cpuUtilization: 0, memUtilization: 0, eps: 0, ...maps };
    const weighing = (child: Load, index: number): FakeMember =>
      new FakeMember(index, 'ready', new ObservedLoad(new Observer(), child));
    const members = [1, 2].map((index) => weighing(policy.createLoad(), index));
    const inner = new StandIns<FakeMember, MemberStandIn<FakeMember>>(
      (member) => new MemberStandIn(member, (member.load as ObservedLoad<Observer>).child),
    ).of(members);
    members.forEach(({ load }, index) => load.report!({ ...rest, qps: 1, applicationUtilization: index + 1 }, 0));
    const { picker } = liftUpdate(policy.update(inner, contextAt()));
    const picks = Array.from({ length: 30 }, () => memberOf(picker.pick(firstAttempt, 0)));
    expect(picks.filter((member) => member === members[0])).toHaveLength(20);
    const deaf = new ObservedLoad(new Observer(), new OutstandingLoad());
    expect(() => deaf.report({ ...rest, qps: 1, applicationUtilization: 1 }, 0)).not.toThrow();
  });

  test('costs what the child says, and tells each call once', () => {
    const load = new ObservedLoad(new Observer(), new OutstandingLoad());
    const completion = load.begin(1);
    load.adopt(2, true).end(3, 'neutral');
    expect([load.inFlight, load.valueAt(0)]).toEqual([1, 1]);
    const status = { code: 14, metadata: { get: () => [] } };
    completion.responded(4);
    completion.end(5, 'failure', true, status);
    completion.end(6, 'success');
    expect([load.inFlight, load.child.inFlight]).toEqual([0, 0]);
    expect(load.observer.told).toEqual([
      ['begun', 1],
      ['begun', 2],
      ['ended', 3, 'neutral', false, undefined],
      ['ended', 5, 'failure', true, status],
    ]);
  });
});
