import type { Ejections, StandingEjection } from './ejections.js';
import { costOf } from './call/guarded-load.js';
import type { Member } from './member/member.js';
import type { PoolSnapshot } from './snapshot.js';

/** The members, and whom of them the balancing policy has ejected. */
export interface Explained {
  readonly members: readonly Member[];
  readonly ejections: Ejections;
}

/** The state of each member in words, and why those that are not pickable are not: one line for the pool, one for each. */
export function explainPool(snapshot: PoolSnapshot, membership: Explained, now: number): string {
  const { ejections, members } = membership;
  const { idleForMs, policy, resolver, state, target, waitingCalls } = snapshot;
  const idle = idleForMs === undefined ? '' : ` for ${Math.round(idleForMs)} ms, because nobody used it`;
  const parts = [`${target}: ${state}${idle}`, policy, `${members.length} pods`, `${waitingCalls} calls waiting`];
  if (snapshot.panic) parts.push(explainPanic(snapshot));
  if (resolver.lastError !== undefined) parts.push(`last look-up failed: ${resolver.lastError}`);
  return [parts.join(', '), ...members.map((member) => explainMember(member, ejections, now))].join('\n');
}

function explainPanic({ members }: PoolSnapshot): string {
  const unheeded = members.filter(({ ejected }) => ejected?.heeded === false).length;
  return `too many are ejected, so ${unheeded} of them get calls nevertheless`;
}

/** `10.0.0.1:50051: ready; load 2, 1 in flight, picked 12 ms ago`. */
export function explainMember(member: Member, ejections: Ejections, now: number): string {
  const { load, tally } = member;
  const { lastPickedAt } = tally;
  const picked = lastPickedAt === undefined ? 'never picked' : `picked ${Math.round(now - lastPickedAt)} ms ago`;
  const cost = Number(costOf(load, now).toPrecision(3));
  return `${explainStanding(member, ejections, now)}; load ${cost}, ${load.inFlight} in flight, ${picked}`;
}

/** `10.0.0.1:50051: ready; last error 3 s ago: …`: the part that the text of a failed call has. */
export function explainStanding(member: Member, ejections: Ejections, now: number): string {
  return `${member.address}: ${standing(member, ejections, now)}`;
}

function standing(member: Member, ejections: Ejections, now: number): string {
  const { backingOffUntil, connectivity, errors, health, state } = member;
  const { former, present } = errors;
  const before = former === undefined ? '' : `; last error ${ago(now - former.at)}: ${former.cause}`;
  if (connectivity === 'ready') return `${readyStanding(ejections.of(member), now)}${before}`;
  if (health !== undefined)
    return `not pickable, ${health.reason ?? 'connected, its health is not known yet'}${before}`;
  const because = present === undefined ? before : ` (${present})`;
  if (backingOffUntil === undefined) return `not pickable, ${state}${because}`;
  return `not pickable, backing off for another ${Math.round(backingOffUntil - now)} ms${because}`;
}

function readyStanding(ejection: StandingEjection | undefined, now: number): string {
  if (ejection === undefined) return 'ready';
  return `${ejection.heeded ? 'not pickable,' : 'ready, although'} ${ejected(ejection, now)}`;
}

function ejected({ cause, untilMs }: StandingEjection, now: number): string {
  const leftMs = untilMs - now;
  if (leftMs <= 0) return `ejected (${cause}) and being tried`;
  return `ejected (${cause}) for another ${leftMs < 10_000 ? `${Math.ceil(leftMs)} ms` : `${Math.round(leftMs / 1_000)} s`}`;
}

/** From the largest on, with their lengths in ms. */
const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `12 ms ago`, `3 s ago`, `90 min ago`: at least two of a unit. */
function ago(ms: number): string {
  const [unit, length] = UNITS.find(([, inMs]) => ms >= 2 * inMs) ?? ['ms', 1];
  return `${Math.round(ms / length)} ${unit} ago`;
}
