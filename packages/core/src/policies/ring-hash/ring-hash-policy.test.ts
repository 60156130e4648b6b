import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { attemptAfter, FakeMember, fakeMembers, firstAttempt, memberOf } from '../../../test/support/fake-member.js';
import { contextAt, policyOf } from '../../../test/support/policy.js';
import { chiSquareLimit, withSeed } from '../../../test/support/statistics.js';
import { endpointAt, type EndpointAttributes } from '../../endpoint/endpoint.js';
import type { BalancingPolicy, PolicyUpdate } from '../../pick/balancing-policy.js';
import { parseLoadBalancingConfig } from '../../pick/load-balancing-config.js';
import { liftUpdate } from '../../pick/nesting/lift-update.js';
import { MemberStandIn } from '../../pick/nesting/member-stand-in.js';
import type { MemberConnectivity, PickRequest } from '../../pick/picker.js';
import type { Random } from '../../random/random.js';
import { builtInPolicies } from '../built-in-policies.js';
import { ringHash, ringHashPolicy } from './ring-hash-policy.js';

const [I, C, R, T] = ['idle', 'connecting', 'ready', 'transient-failure'] as const;

const keyed = (hashKey: string, base: PickRequest = firstAttempt): PickRequest => ({ ...base, hashKey });
const headed = (name: string, ...values: string[]): PickRequest => ({
  ...firstAttempt,
  metadata: { get: (key) => (key === name ? values : []) },
});

/** One that is ready, with these attributes. */
function memberWith(index: number, attributes: EndpointAttributes, connectivity: MemberConnectivity = R): FakeMember {
  const member = new FakeMember(index, connectivity);
  return Object.assign(member, { endpoint: endpointAt(member.endpoint.addresses[0], attributes) });
}

function updateOf(
  members: readonly FakeMember[],
  policy: BalancingPolicy = policyOf('ring_hash'),
  random?: Random,
): PolicyUpdate<FakeMember> {
  return policy.update(members, contextAt(0, random));
}

/** What happens to a call that belongs to the first member, when they are in these states. */
function pickAt(states: readonly MemberConnectivity[], request = firstAttempt, random?: Random) {
  const members = fakeMembers(states.length);
  for (const [index, state] of states.entries()) members[index]!.connectivity = state;
  const { picker } = updateOf(members, policyOf('ring_hash'), random);
  const key = `10.0.0.0:50051_${copyBeforeInOrder(members)}`;
  const result = picker.pick(request === firstAttempt ? keyed(key) : request, 0);
  const indexOf = (member: FakeMember | undefined): number | undefined => member && members.indexOf(member);
  if (result.kind === 'fail') return result;
  return { [result.kind]: result.kind === 'picked' ? indexOf(result.member) : true, connect: indexOf(result.connect) };
}

/** A number whose entry of the first member is followed by the others in their order. */
function copyBeforeInOrder(members: readonly FakeMember[]): number {
  for (let copy = 0; copy < 200; copy += 1) {
    const request = `10.0.0.0:50051_${copy}`;
    if (orderFrom(members, request).every((member, index) => member === members[index])) return copy;
  }
  throw new Error('none');
}

/** Who would get a call of the key, and who would after him, when all are ready. */
function orderFrom(members: readonly FakeMember[], key: string): FakeMember[] {
  const { picker } = updateOf(members.map((member) => ({ ...member, connectivity: R })));
  const order: FakeMember[] = [];
  while (order.length < members.length) {
    const { endpoint } = memberOf(picker.pick(keyed(key, attemptAfter(order)), 0));
    order.push(members.find((member) => member.endpoint === endpoint)!);
  }
  return order;
}

describe('a call with a key', () => {
  // grpc-go TestPickerPickFirstTwo.
  test.each<[string, MemberConnectivity[], object]>([
    ['picked is Ready', [R, I], { picked: 0 }],
    ['picked is connecting, queue', [C, I], { wait: true }],
    ['picked is Idle, connect and queue', [I, I], { wait: true, connect: 0 }],
    ['picked is TransientFailure, next is ready, return', [T, R], { picked: 1 }],
    ['picked is TransientFailure, next is connecting, queue', [T, C], { wait: true }],
    ['picked is TransientFailure, next is Idle, connect and queue', [T, I], { wait: true, connect: 1 }],
    ['all are in TransientFailure', [T, T], { wait: true }],
    ['the third of three', [T, T, R], { picked: 2 }],
  ])('%s', (_, states, expected) => {
    expect(pickAt(states)).toEqual({ connect: undefined, ...expected });
  });

  test('goes to one member, whichever the call and whatever else is in the request', () => {
    const members = fakeMembers(20);
    const { picker } = updateOf(members, policyOf('ring_hash', { requestHashHeader: 'x-user' }));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const member = memberOf(picker.pick(keyed(key), 0));
        expect(memberOf(picker.pick(headed('x-user', key), 0))).toBe(member);
        expect(memberOf(picker.pick(keyed(key, headed('x-user', 'another')), 1e9))).toBe(member);
      }),
    );
    const long = 'é'.repeat(10_240);
    expect(picker.pick(keyed(long), 0)).toBe(picker.pick(keyed(long), 0));
  });

  // grpc-go TestPickerRequestHashKey, TestRingHash_RequestHashKey.
  test('several values of the header count as one, joined with commas; its name is written as one likes', () => {
    const members = fakeMembers(50);
    const { picker } = updateOf(members, policyOf('ring_hash', { requestHashHeader: 'X-User' }));
    expect(picker.pick(headed('x-user', 'value1', 'value2'), 0)).toBe(picker.pick(keyed('value1,value2'), 0));
    expect(picker.pick(headed('x-user', 'some-value'), 0)).toBe(picker.pick(keyed('some-value'), 0));
  });

  test('a further attempt goes to the next distinct member along the ring, and so on; at last to one that was tried', () => {
    const members = fakeMembers(5);
    const { picker } = updateOf(members);
    const order = orderFrom(members, 'k');
    expect(new Set(order).size).toBe(5);
    expect(memberOf(picker.pick(keyed('k', attemptAfter(order)), 0))).toBe(order[0]);
    order[1]!.connectivity = T;
    order[2]!.connectivity = I;
    const next = updateOf(members).picker.pick(keyed('k', attemptAfter([order[0]!])), 0);
    expect(next).toEqual({ kind: 'wait', connect: order[2] });
    for (const member of order.slice(1)) member.connectivity = T;
    expect(memberOf(updateOf(members).picker.pick(keyed('k', attemptAfter([order[0]!])), 0))).toBe(order[0]);
  });

  test('but one without a key waits for nobody while a member is ready, tried or not', () => {
    const members = fakeMembers(2);
    members[1]!.connectivity = C;
    const { picker } = updateOf(members);
    for (let n = 0; n < 20; n += 1) {
      expect(memberOf(picker.pick(attemptAfter([members[0]!]), 0))).toBe(members[0]);
    }
    members[1]!.connectivity = R;
    expect(memberOf(updateOf(members).picker.pick(attemptAfter([members[0]!]), 0))).toBe(members[1]);
  });

  test('when a member leaves, its keys move and no others, and they come back with it', () => {
    const policy = policyOf('ring_hash');
    const members = fakeMembers(102);
    const keys = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
    const ownersOf = (from: readonly FakeMember[]) => {
      const { picker } = updateOf(from, policy);
      return keys.map((key) => memberOf(picker.pick(keyed(key), 0)));
    };
    const before = ownersOf(members);
    const after = ownersOf(members.toSpliced(42, 1));
    const moved = keys.filter((_, index) => before[index] !== after[index]);
    expect(moved).toEqual(keys.filter((_, index) => before[index] === members[42]));
    expect(moved.length).toBeGreaterThan(0);
    expect(ownersOf(members)).toEqual(before);
    members[42]!.connectivity = T;
    expect(ownersOf(members).filter((member, index) => member !== before[index])).toHaveLength(moved.length);
  });

  test('makes no object for a pick', () => {
    const { picker } = updateOf(fakeMembers(3));
    expect(picker.pick(keyed('k'), 0)).toBe(picker.pick(keyed('k'), 0));
    const idle = updateOf(fakeMembers(3, I)).picker;
    expect(idle.pick(keyed('k'), 0)).toBe(idle.pick(keyed('k'), 0));
  });
});

describe('a call without a key', () => {
  const nobody = headed('none');

  // grpc-go TestPickerRandomHash.
  test.each<[string, MemberConnectivity[], object]>([
    ['picked is Ready', [R, I], { picked: 0 }],
    ['picked is Idle, another is Ready: connect and pick Ready', [I, R], { picked: 1, connect: 0 }],
    ['picked is Idle, there is at least one Connecting', [C, I], { wait: true }],
    ['Idle is not connected while another is Connecting, Ready is picked', [I, C, R], { picked: 2 }],
    ['all Idle or TransientFailure, connect', [T, I], { wait: true, connect: 1 }],
    ['at most one is connected', [I, I, I], { wait: true, connect: 0 }],
    ['all are in TransientFailure', [T, T], { wait: true }],
  ])('%s', (_, states, expected) => {
    // A hash just below the first entry after which the members come in their order.
    for (let seed = 1; seed < 500; seed += 1) {
      const members = fakeMembers(states.length);
      const first = updateOf(members, policyOf('ring_hash'), new SeededRandom(seed)).picker;
      const order: FakeMember[] = [memberOf(first.pick(nobody, 0))];
      if (order[0] !== members[0]) continue;
      const result = pickAt(states, nobody, new SeededRandom(seed));
      const matches =
        JSON.stringify(result) === JSON.stringify({ ...expected, connect: (expected as { connect?: number }).connect });
      // With three members the second along the ring may be either of the others.
      if (!matches && states.length > 2) continue;
      expect(result).toEqual({ connect: undefined, ...expected });
      return;
    }
    throw new Error('no seed fits');
  });

  // grpc-go TestRingHash_RequestHashKeyRandom, TestRingHash_NoHashPolicy, TestRingHash_EndpointWeights.
  test('goes to any ready member, by weight (χ², α = 1e-6)', () => {
    withSeed(5, (random) => {
      const weights = [1, 2, 3, 4];
      const members = weights.map((weight, index) => memberWith(index, { weight }));
      const { picker } = updateOf(members, ringHash({ minRingSize: 100_000, maxRingSize: 100_000 })(), random);
      const counts = weights.map(() => 0);
      for (let call = 0; call < 20_000; call += 1) counts[members.indexOf(memberOf(picker.pick(nobody, 0)))]! += 1;
      const chi = counts.reduce(
        (sum, n, index) => sum + (n - weights[index]! * 2_000) ** 2 / (weights[index]! * 2_000),
        0,
      );
      expect(chi).toBeLessThan(chiSquareLimit(5));
    });
  });

  test('an empty value is no key: such calls do not all meet at one member', () => {
    const members = fakeMembers(4);
    const { picker } = updateOf(members, policyOf('ring_hash', { requestHashHeader: 'x' }));
    for (const request of [headed('x', ''), keyed('')]) {
      expect(new Set(Array.from({ length: 100 }, () => memberOf(picker.pick(request, 0)))).size).toBe(4);
    }
  });

  test('a further attempt goes to another member, while another one is ready', () => {
    const members = fakeMembers(3);
    const { picker } = updateOf(members);
    const retry = attemptAfter(members.slice(0, 2));
    for (let n = 0; n < 50; n += 1) expect(memberOf(picker.pick(retry, 0))).toBe(members[2]);
    expect(picker.pick(attemptAfter(members), 0).kind).toBe('picked');
  });
});

describe('the ring', () => {
  test('is lazy, and tries another one by itself when one failed (gRFC A61), one after the other', () => {
    const members = fakeMembers(4, I);
    const [a, b, c, d] = members as [FakeMember, FakeMember, FakeMember, FakeMember];
    const policy = policyOf('ring_hash');
    const wishes = () => {
      const { connect, state } = updateOf(members, policy);
      return [connect.map((member) => members.indexOf(member)), state];
    };
    expect(wishes()).toEqual([[], I]);
    b.connectivity = C;
    expect(wishes()).toEqual([[], C]);
    b.connectivity = T;
    expect(wishes()).toEqual([[0], C]);
    a.connectivity = C;
    expect(wishes()).toEqual([[], C]);
    a.connectivity = T;
    expect(wishes()).toEqual([[2], T]);
    c.connectivity = R;
    expect(wishes()).toEqual([[], R]);
    c.connectivity = d.connectivity = T;
    expect(wishes()).toEqual([[], T]);
  });

  test('of nobody waits', () => {
    const update = updateOf([]);
    expect([update.connect, update.picker.pick(keyed('k'), 0).kind]).toEqual([[], 'wait']);
  });

  // grpc-go TestRingHash_EndpointHashKey.
  test('knows a member by its hashKey, wherever it is reached', () => {
    const named = ['cart-0', 'cart-1', 'cart-2'].map((hashKey, index) => memberWith(index, { hashKey }));
    const moved = ['cart-0', 'cart-1', 'cart-2'].map((hashKey, index) => memberWith(index + 10, { hashKey }));
    const [before, after] = [updateOf(named).picker, updateOf(moved).picker];
    for (const [index, { endpoint }] of named.entries()) {
      const request = keyed(`${endpoint.attributes.hashKey}_0`);
      expect(memberOf(before.pick(request, 0))).toBe(named[index]);
      expect(memberOf(after.pick(request, 0))).toBe(moved[index]);
    }
  });

  // grpc-go TestAddrWeightChange, TestRingHash_ReorderAddressessWithinEndpoint; gRFC A61.
  test('is built anew when a weight, a hashKey or a first address changed, in the same policy', () => {
    const policy = policyOf('ring_hash');
    const members = fakeMembers(3);
    const shareOf = (all: readonly FakeMember[], member: FakeMember): number => {
      const { picker } = updateOf(all, policy);
      const owned = Array.from({ length: 1_000 }, (_, n) => memberOf(picker.pick(keyed(`${n}`), 0)));
      return owned.filter((owner) => owner === member).length / 1_000;
    };
    expect(shareOf(members, members[0]!)).toBeLessThan(0.45);
    const heavy = memberWith(0, { weight: 20 });
    expect(shareOf([heavy, ...members.slice(1)], heavy)).toBeGreaterThan(0.8);
    const keyOwner = (all: readonly FakeMember[]) => memberOf(updateOf(all, policy).picker.pick(keyed('z_0'), 0));
    const renamed = memberWith(1, { hashKey: 'z' });
    expect(keyOwner([members[0]!, renamed, members[2]!])).toBe(renamed);
    const elsewhere = memberWith(2, {});
    Object.assign(elsewhere.endpoint, { addresses: [{ kind: 'unix', path: 'z' }] });
    const { picker } = updateOf([members[0]!, members[1]!, elsewhere], policy);
    expect(memberOf(picker.pick(keyed('unix:z_0'), 0))).toBe(elsewhere);
  });

  test('is not built anew when members connect or fail: a weight that is read once is not read again', () => {
    const members = fakeMembers(500);
    const policy = policyOf('ring_hash');
    updateOf(members, policy);
    const { addresses } = members[0]!.endpoint;
    let reads = 0;
    for (const { endpoint } of members) {
      Object.defineProperty(endpoint, 'addresses', { get: () => ((reads += 1), addresses) });
    }
    for (const member of members) {
      member.connectivity = T;
      if (member.endpoint.id.endsWith('7:50051')) updateOf(members, policy);
    }
    expect(reads).toBe(0);
  });

  test('a member hidden by a policy above is walked over, and what it wants is said of the members (gRFC A50)', () => {
    const members = fakeMembers(3);
    const views = members.map((member) => new MemberStandIn(member, member.load));
    const policy = policyOf('ring_hash');
    const pick = (request: PickRequest) => liftUpdate(policy.update(views, contextAt())).picker.pick(request, 0);
    const owner = memberOf(pick(keyed('k')));
    views.find((view) => view.member === owner)!.hidden = true;
    expect(memberOf(pick(keyed('k')))).not.toBe(owner);
    for (const view of views) view.hidden = false;
    for (const member of members) member.connectivity = I;
    expect(pick(keyed('k'))).toEqual({ kind: 'wait', connect: owner });
    expect(liftUpdate(policy.update(views, contextAt())).state).toBe(I);
    for (const member of members) if (member !== owner) member.connectivity = R;
    const { picker } = liftUpdate(policy.update(views, contextAt()));
    const results = Array.from({ length: 100 }, () => picker.pick(firstAttempt, 0));
    const connecting = results.filter((result) => result.kind === 'picked' && result.connect !== undefined);
    expect(connecting.length).toBeGreaterThan(0);
    for (const result of connecting) expect(result).toMatchObject({ kind: 'picked', connect: owner });
  });
});

describe('the config of ring_hash', () => {
  const parse = (config: object) =>
    parseLoadBalancingConfig([{ ring_hash_experimental: config }], builtInPolicies, 'lb');

  // grpc-go TestParseConfig.
  test.each<[object, string[]]>([
    [{ minRingSize: 1, maxRingSize: 2 }, []],
    [{ maxRingSize: 2_000 }, []],
    [{ minRingSize: 2_000 }, []],
    [{ minRingSize: 1, maxRingSize: 6_000 }, ['lb[0].ring_hash_experimental.maxRingSize: 6000 counts as 4096']],
    [{ minRingSize: 5_000, maxRingSize: 6_000 }, ['lb[0].ring_hash_experimental.maxRingSize: 6000 counts as 4096']],
    [{ requestHashHeader: 'x-foo' }, []],
    [{ requestHashHeader: 'x-FOO' }, []],
    [{ requestHashHeader: '' }, []],
    [{ minRingSize: null, requestHashHeader: null }, []],
  ])('%j is taken', (config, warnings) => {
    const chosen = parse(config);
    const members = fakeMembers(1);
    expect(memberOf(updateOf(members, chosen.create()).picker.pick(keyed('k'), 0))).toBe(members[0]);
    expect(chosen.name).toBe('ring_hash');
    expect(chosen.warnings).toEqual(warnings.map((text) => expect.stringContaining(text)));
  });

  test.each([
    [{ minRingSize: 10, maxRingSize: 2 }, '.minRingSize: 10 (expected: at most maxRingSize, which is 2)'],
    [{ minRingSize: 6_000, maxRingSize: 5_000 }, '.minRingSize: 6000 (expected: at most maxRingSize, which is 5000)'],
    [{ minRingSize: 5_000 }, '.minRingSize: 5000 (expected: at most maxRingSize, which is 4096)'],
    [{ minRingSize: 8_388_610, maxRingSize: 10 }, '.minRingSize: 8388610 (expected: an integer, 1 to 8388608)'],
    [{ minRingSize: 10, maxRingSize: 8_388_610 }, '.maxRingSize: 8388610 (expected: an integer, 1 to 8388608)'],
    [{ minRingSize: 0 }, '.minRingSize: 0 (expected: an integer, 1 to 8388608)'],
    [{ maxRingSize: 1.5 }, '.maxRingSize: 1.5'],
    [{ requestHashHeader: '!invalid' }, '.requestHashHeader: "!invalid" (expected: the name of a header'],
    [{ requestHashHeader: ':path' }, '.requestHashHeader: ":path"'],
    [
      { requestHashHeader: 'header-with-bin' },
      '.requestHashHeader: "header-with-bin" (expected: the name of a header, not',
    ],
    [{ requestHashHeader: 5 }, '.requestHashHeader: 5'],
  ])('%j is refused', (config, message) => {
    expect(() => parse(config)).toThrow(`lb[0].ring_hash_experimental${message}`);
    expect(() => ringHashPolicy.fromOptions(config)).toThrow(`ring_hash${message}`);
  });

  test('typed options go beyond the cap of configs, so that 10 000 members have a place each', () => {
    const members = fakeMembers(10_000);
    const ownersOf = (policy: BalancingPolicy) => {
      const { picker } = updateOf(members, policy);
      return members.filter((member) => memberOf(picker.pick(keyed(`${member.endpoint.id}_0`), 0)) === member).length;
    };
    expect(ownersOf(ringHash({ minRingSize: 10_000, maxRingSize: 20_000 })())).toBe(10_000);
    expect(ownersOf(policyOf('ring_hash', { minRingSize: 10_000, maxRingSize: 20_000 }))).toBe(4_096);
  });
});
