import { describe, expect, test } from '@jest/globals';
import { fakeMembers } from '../../../test/support/fake-member.js';
import type { PolicyUpdate } from '../../pick/balancing-policy.js';
import type { MemberView } from '../../pick/picker.js';
import { waitingPicker } from '../../pick/ready-members.js';
import { mergeTiers } from './merge-tiers.js';

const [a, b, c] = fakeMembers(3, 'transient-failure') as [MemberView, MemberView, MemberView];
const tier = (members: readonly MemberView[], update: Partial<PolicyUpdate>) => ({
  members,
  update: { picker: waitingPicker, connect: [], ...update },
});

describe('what the tiers want', () => {
  test('is wanted of the pool: nothing gets lost', () => {
    const outlier = { cause: 'success-rate', untilMs: 7 } as const;
    const first = { connect: [a], loadReports: { intervalMs: 9 }, revisitInMs: 5, letGo: [b] };
    const second = {
      connect: [c],
      loadReports: { intervalMs: 3 },
      revisitInMs: 8,
      ejected: [{ member: c, ...outlier }],
    };
    expect(mergeTiers([tier([a, b], first), tier([c], second)])).toEqual({
      connect: [a, c],
      letGo: [b],
      ejected: [{ member: c, ...outlier }],
      spared: [],
      revisitInMs: 5,
      loadReports: { intervalMs: 3 },
    });
  });

  test.each<[string, Partial<PolicyUpdate>, Partial<PolicyUpdate>, string | undefined]>([
    ['nobody says a state', {}, {}, undefined],
    ['a lazy tier is idle, the other failed', { state: 'idle' }, {}, 'connecting'],
    ['both are idle', { state: 'idle' }, { state: 'idle' }, 'idle'],
    ['one is ready', { state: 'transient-failure' }, { state: 'ready' }, 'ready'],
    ['both failed', { state: 'transient-failure' }, {}, 'transient-failure'],
  ])('%s', (_what, first, second, state) => {
    expect(mergeTiers([tier([a], first), tier([b], second)]).state).toBe(state);
  });
});
