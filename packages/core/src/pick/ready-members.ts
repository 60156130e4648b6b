import type { MemberView, Picker, PickRequest, PickResult } from './picker.js';

/** The answer that picks a member. */
export type Picked<M extends MemberView> = Extract<PickResult<M>, { kind: 'picked' }>;

/**
 * The answers that pick the ready ones of `members`, in their order. Made once per snapshot, so that a pick makes no
 * object.
 */
export function pickedReady<M extends MemberView>(members: readonly M[]): readonly Picked<M>[] {
  const ready: Picked<M>[] = [];
  for (const member of members) {
    if (member.connectivity === 'ready') ready.push(Object.freeze({ kind: 'picked', member }));
  }
  return ready;
}

/** Whether an earlier attempt of the same call was given to the member. */
export function wasTried(request: PickRequest, picked: Picked<MemberView>): boolean {
  return request.attempt?.tried.has(picked.member.endpoint.id) ?? false;
}

const WAIT = Object.freeze({ kind: 'wait' }) satisfies PickResult;

/** The picker of a pool in which nobody is ready: calls wait, and the pool decides for how long. */
export const waitingPicker: Picker<never> = Object.freeze({ pick: () => WAIT });
