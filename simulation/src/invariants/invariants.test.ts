import { describe, expect, test } from '@jest/globals';
import {
  OutstandingLoad,
  STATUS_CODES,
  type BalancingPolicy,
  type Completion,
  type MemberView,
  type PolicyUpdate,
} from '@fairlead/core';
import { smallWorld, type SmallWorldOptions } from '../../test/support/small-world.js';
import type { SimCall } from '../client/sim-call.js';
import { SimClient } from '../client/sim-client.js';
import { runWorld } from '../run-scenario.js';
import type { CreateClient, World } from '../scenarios/world.js';
import { INVARIANTS, InvariantViolation, type InvariantId } from './invariant-violation.js';

const DURATION_MS = 5_000;

/** Which invariant a world breaks. */
function brokenIn(
  options: SmallWorldOptions,
  happens: (world: World) => void = () => undefined,
): InvariantId | undefined {
  const world = smallWorld(options);
  happens(world);
  try {
    runWorld(world, DURATION_MS);
    return undefined;
  } catch (error) {
    if (error instanceof InvariantViolation) return error.invariant;
    throw error;
  }
}

/** A policy that picks in this way, rightly or wrongly. */
function policyThat(choose: <M extends MemberView>(members: readonly M[]) => M | undefined): BalancingPolicy {
  return {
    name: 'broken',
    createLoad: () => new OutstandingLoad(),
    update: <M extends MemberView>(members: readonly M[]): PolicyUpdate<M> => ({
      connect: members,
      picker: {
        pick: () => {
          const member = choose(members);
          return member === undefined ? { kind: 'wait' } : { kind: 'picked', member };
        },
      },
    }),
  };
}

const allPodsFail = (world: World): void => {
  for (const { server } of world.pods) server.setFault({ kind: 'fails', afterMs: 1, code: STATUS_CODES.UNAVAILABLE });
};

test('a client as it should be breaks none, while pods fail, crash, leave and come', () => {
  const happens = (world: World): void => {
    world.at(1_000, () => world.pods[0]!.crash());
    world.at(2_000, () => world.pods[1]!.isolate(300));
    world.at(3_000, () => allPodsFail(world));
  };
  expect(brokenIn({}, happens)).toBeUndefined();
});

describe('each invariant sees who breaks it', () => {
  const seen = new Set<InvariantId>();
  const expectBroken = (id: InvariantId, ...args: Parameters<typeof brokenIn>): void => {
    expect(brokenIn(...args)).toBe(id);
    seen.add(id);
  };

  test('(i) a picker that picks who is not ready', () => {
    expectBroken('i', { policy: () => policyThat((members) => members[0]) }, (world) => {
      world.at(1_000, () => world.pods[0]!.crash());
    });
  });

  test('(i) a picker that clings to a member that has left', () => {
    let first: MemberView | undefined;
    const cling = <M extends MemberView>(members: readonly M[]): M | undefined => {
      first ??= members.find(({ connectivity }) => connectivity === 'ready');
      return first as M | undefined;
    };
    expectBroken('i', { policy: () => policyThat(cling), pods: { readinessDelayMs: 100 } }, (world) => {
      world.at(1_000, () => world.deployment.rollOut());
    });
  });

  test('(ii) a load that does not hear of the end of calls', () => {
    const policy = (): BalancingPolicy => ({ ...policyThat(firstReady), createLoad: () => new ForgetfulLoad() });
    expectBroken('ii', { policy });
  });

  test('(iii) a client that goes on after its last attempt', () => {
    const again = { retry: true, delay: 'none', costsBudget: false } as const;
    expectBroken('iii', { client: { retryRule: () => again } }, allPodsFail);
  });

  test('(iv) retries without a budget', () => {
    const budget = { deposit: () => undefined, tryWithdraw: () => true, balance: () => 1 };
    expectBroken('iv', { client: { budget } }, allPodsFail);
  });

  test('(v) a call that ends twice', () => {
    expectBroken('v', { createClient: (...args) => new TwiceEndingClient(...args) });
  });

  test('(v) a call that never ends', () => {
    expectBroken('v', { createClient: (...args) => new LosingClient(...args) });
  });

  test('(vi) a client that grants more than its grace', () => {
    const createClient: CreateClient = (engine, options, ...rest) =>
      new SimClient(engine, { ...options, drainGraceMs: 60_000 }, ...rest);
    expectBroken('vi', { createClient, client: { drainGraceMs: 100 } }, (world) => {
      for (const { server } of world.pods) server.setFault({ kind: 'black-hole' });
      world.at(1_000, () => world.deployment.scaleTo(1));
    });
  });

  test('(vii) a client that forgets a timer', () => {
    expectBroken('vii', { createClient: (...args) => new ForgetfulClient(...args) });
  });

  test('all were seen', () => {
    expect([...seen].sort()).toEqual(Object.keys(INVARIANTS).sort());
  });
});

const firstReady = <M extends MemberView>(members: readonly M[]): M | undefined =>
  members.find(({ connectivity }) => connectivity === 'ready');

class ForgetfulLoad extends OutstandingLoad {
  override begin(): Completion {
    super.begin();
    return { responded: () => undefined, end: () => undefined };
  }
}

class TwiceEndingClient extends SimClient {
  override finish(call: SimCall, code: number): void {
    super.finish(call, code);
    super.finish(call, code);
  }
}

class LosingClient extends SimClient {
  override finish(call: SimCall, code: number): void {
    if (call.id !== 7) super.finish(call, code);
  }
}

class ForgetfulClient extends SimClient {
  constructor(...args: ConstructorParameters<typeof SimClient>) {
    super(...args);
    args[0].after(1e6, () => undefined, this.resources);
  }
}
