import type { PoolEmitter } from './events.js';
import type { LastingWarnings } from './lasting-warnings.js';
import type { RotationEnd } from './member/member-context.js';
import type { Member } from './member/member.js';

/** Tells the listeners of a pool what became of the replacement of a connection. */
export function tellRotation(events: PoolEmitter, { address, endpoint }: Member, end: RotationEnd): void {
  switch (end.kind) {
    case 'replaced':
      if (events.listens('rotated')) events.tell('rotated', { endpoint, ageMs: end.ageMs, reason: end.reason });
      return;
    case 'cut':
      if (events.listens('rotationCut')) events.tell('rotationCut', { endpoint, cut: end.cut, reason: end.reason });
      return;
    case 'failed':
      if (!events.listens('warning')) return;
      events.warn(
        'rotation-failed',
        `the connection to ${address} is to be replaced and stays, because a new one failed: ${end.cause}`,
      );
  }
}

/** Connections that are `overdue` stay in use: says which members are to blame. */
export function warnOfPause(lasting: LastingWarnings, members: readonly Member[], overdue: boolean): void {
  if (!overdue) return lasting.review('rotation-paused', false, '');
  const away = members.filter(({ connectivity }) => connectivity !== 'ready' && connectivity !== 'idle');
  const pods = away.map(({ address }) => address).join(', ');
  const message = `connections stay in use at twice maxConnectionAgeMs, because pods are not connected: ${pods}`;
  lasting.review('rotation-paused', true, message);
}
