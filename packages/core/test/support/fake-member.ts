import type { AttemptContext } from '../../src/attempt/attempt-context.js';
import { endpointAt, type Endpoint, type EndpointAttributes } from '../../src/endpoint/endpoint.js';
import type { Load } from '../../src/load/load.js';
import { OutstandingLoad } from '../../src/load/outstanding.js';
import type { MemberConnectivity, MemberView, PickRequest, PickResult } from '../../src/pick/picker.js';

/** A member whose state a test sets by hand. */
export class FakeMember implements MemberView {
  endpoint: Endpoint;
  load: Load;
  connectivity: MemberConnectivity;

  constructor(index: number, connectivity: MemberConnectivity = 'ready', load: Load = new OutstandingLoad()) {
    this.endpoint = endpointAt({ kind: 'tcp', host: `10.0.${index >> 8}.${index & 255}`, port: 50_051 });
    this.connectivity = connectivity;
    this.load = load;
  }
}

/** The same member as a resolver reports it that knows this of it. */
export function attributed(member: FakeMember, attributes: EndpointAttributes): FakeMember {
  member.endpoint = { ...member.endpoint, attributes };
  return member;
}

/** The same member as a policy above weighs it. */
export function weighed(member: FakeMember, weight: number): FakeMember {
  return Object.defineProperty(member, 'weight', { value: weight, writable: true });
}

/** `n` members with loads of their own. */
export function fakeMembers(
  n: number,
  connectivity: MemberConnectivity = 'ready',
  createLoad: () => Load = () => new OutstandingLoad(),
): FakeMember[] {
  return Array.from({ length: n }, (_, index) => new FakeMember(index, connectivity, createLoad()));
}

/** A first attempt. */
export const firstAttempt: PickRequest = { path: '/test.Greeter/SayHello', metadata: { get: () => [] } };

/** A further attempt of a call that these members had. */
export function attemptAfter(tried: readonly MemberView[]): PickRequest {
  const attempt: AttemptContext = {
    tried: new Set(tried.map((member) => member.endpoint.id)),
    onPicked: () => undefined,
    onFailed: () => undefined,
  };
  return { ...firstAttempt, attempt };
}

/** The member of a result that must be a pick. */
export function memberOf<M extends MemberView>(result: PickResult<M>): M {
  if (result.kind !== 'picked') throw new Error(`${result.kind} (expected: picked)`);
  return result.member;
}
