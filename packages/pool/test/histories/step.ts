import type { PodMode } from './pod-network.js';
import type { PodReport } from './pod-report.js';

/**
 * One thing that happens to a pool. `which` chooses among what there is at that moment (channels, calls), modulo, so that
 * any step makes sense at any time and a history stays one when steps are taken out of it.
 */
export type Step = ImmediateStep | TimeStep | ReactionStep;

/** Nothing of it takes time. */
export type ImmediateStep = UserStep | ConnectionStep | AnswerStep;

/** Somebody's code does it, so it may also happen inside of a callback. What comes from the network does not. */
export type UserStep = ResolverStep | CallStep | PoolStep;

export type ResolverStep =
  | {
      readonly kind: 'resolve';
      readonly pods: readonly PodReport[];
      /** How long ago the look-up began. */
      readonly lateMs: number;
      readonly config: 'none' | 'good' | 'bad';
    }
  | { readonly kind: 'resolver-error' | 'resolver-nonsense' | 'late-answer' }
  | { readonly kind: 'resolver-throws'; readonly from: 'start' | 'refresh' | 'close' };

export type ConnectionStep =
  | { readonly kind: 'pod'; readonly n: number; readonly mode: PodMode }
  | {
      readonly kind: 'connect' | 'refuse' | 'goaway' | 'lose' | 'lose-unnoticed' | 'drop' | 'jam';
      readonly which: number;
    };

/** How a call is made. */
export interface CallPlan {
  readonly waitForReady: boolean;
  /** From its creation; undefined for none. */
  readonly deadlineMs: number | undefined;
  readonly credentials: boolean;
  /** A retry or hedge has tried these pods. */
  readonly attempt: 'none' | 'retry' | 'hedge';
  readonly tried: readonly number[];
  /** What a parent call hands on. */
  readonly parent: 'none' | 'all' | 'deadline' | 'cancellation';
}

export type CallStep =
  | { readonly kind: 'call' | 'create'; readonly plan: CallPlan }
  | {
      readonly kind: 'start' | 'write' | 'read' | 'half-close' | 'cancel' | 'cancel-parent';
      readonly which: number;
    };

/** What a server says to a call. */
export type AnswerStep =
  | { readonly kind: 'respond'; readonly which: number }
  | { readonly kind: 'end'; readonly which: number; readonly how: number };

export type TimeStep =
  | { readonly kind: 'pass'; readonly ms: number }
  /** The event loop stands still, or the machine sleeps. */
  | { readonly kind: 'block'; readonly ms: number }
  /** The wall clock is set. */
  | { readonly kind: 'set-clock'; readonly byMs: number };

export type PoolStep =
  | { readonly kind: 'pool-connect' | 'refresh' | 'reset-backoff' | 'renew-credentials' | 'close' }
  | { readonly kind: 'balance'; readonly policy: number }
  | { readonly kind: 'watch' | 'ready'; readonly forMs: number };

/** What a user's code can be called back for. */
export const MOMENTS = ['state', 'member', 'endpoints', 'drained', 'rotated', 'pick', 'status', 'change'] as const;

export type Moment = (typeof MOMENTS)[number];

/** The next time that the moment comes, this is done inside of it. */
export interface ReactionStep {
  readonly kind: 'when';
  readonly moment: Moment;
  readonly then: UserStep;
}

/** `resolve pods=[{"n":1}] lateMs=0`. */
export function tellStep(step: Step): string {
  if (step.kind === 'when') return `when ${step.moment}: ${tellStep(step.then)}`;
  const { kind, ...rest } = step;
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name}=${toJson(value)}`)].join(' ');
}

/** JSON knows no `Infinity`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part === Infinity ? 'Infinity' : part));
}
