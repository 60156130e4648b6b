import type { Clock, MemberConnectivity, RetryBudget } from '@fairlead/core';
import type { Attributes } from '@opentelemetry/api';
import type { BreakerState } from '../../circuit-breaker/breaker.js';
import type { InstrumentName } from './instruments.js';
import { MemberSeries, type MemberFigures } from './member-series.js';
import type { ResolvedMetricsOptions } from './metrics-options.js';
import type { Observe, Observed } from './shared-meter.js';

/** A pool at one moment, as far as it is measured. The snapshot of a `Pool` of `@fairlead/pool` has all of it. */
export interface PoolFigures {
  readonly waitingCalls: number;
  readonly members: readonly (MemberFigures & { readonly connectivity: MemberConnectivity })[];
  readonly draining: readonly MemberFigures[];
  readonly resolver: { readonly ageMs: number | undefined; readonly stateAgeMs?: number | undefined };
  readonly counters: {
    readonly picks: number;
    readonly rotations: number;
    readonly connectionAttemptsSucceeded: number;
    readonly connectionAttemptsFailed: number;
    readonly openConnections: number;
    readonly disconnections: Readonly<Record<string, number>>;
    readonly ejections: Readonly<Record<string, number>>;
    readonly sparedOutliers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

/** What is read at each collection. Nothing of it is touched in between. */
export interface MetricsSource {
  pool(): PoolFigures;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly breakers: { all(): Iterable<{ readonly path: string; readonly state: BreakerState }> };
  /** Adaptive limits included. */
  readonly bulkheads: { all(): Iterable<BulkheadFigures> };
}

/** A bulkhead at one moment. */
export interface BulkheadFigures {
  readonly name: string;
  /** How its size is learnt. */
  readonly algorithm?: string;
  readonly limits: { readonly maxConcurrent: number };
  readonly running: number;
  readonly waiting: number;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];
const MEMBER_STATES = ['idle', 'connecting', 'ready', 'transient-failure', 'draining'] as const;

/** Reads a channel's state for the observable instruments. */
export class ChannelReport implements Observed {
  readonly instruments: readonly InstrumentName[];
  readonly #source: MetricsSource;
  readonly #target: Attributes;
  readonly #enabled: ReadonlySet<InstrumentName>;
  readonly #members: MemberSeries;

  constructor(source: MetricsSource, target: string, options: ResolvedMetricsOptions) {
    const { instruments, maxMemberSeries, optionalLabels } = options;
    this.#source = source;
    this.#target = { 'grpc.target': target };
    this.#enabled = instruments;
    this.#members = new MemberSeries(maxMemberSeries, optionalLabels);
    this.instruments = [...instruments].filter(
      (name) => name.startsWith('fairlead.') || name.startsWith('grpc.subchannel.') || name.startsWith('grpc.lb.'),
    );
  }

  report(observe: Observe): void {
    const reportEnabled: Observe = (name, value, attributes) => {
      if (this.#enabled.has(name)) observe(name, value, { ...attributes, ...this.#target });
    };
    const pool = this.#source.pool();
    this.#reportPool(pool, reportEnabled);
    this.#reportConnections(pool, reportEnabled);
    reportEjections(pool, reportEnabled);
    this.#reportMembers(pool, reportEnabled);
    this.#reportPolicies(reportEnabled);
  }

  #reportPool({ waitingCalls, counters, resolver }: PoolFigures, observe: Observe): void {
    observe('fairlead.pool.waiting_calls', waitingCalls, {});
    observe('fairlead.pool.rotations', counters.rotations, {});
    if (resolver.ageMs !== undefined) observe('fairlead.resolver.age', resolver.ageMs / 1_000, {});
    observe('fairlead.resolver.state_age', (resolver.stateAgeMs ?? 0) / 1_000, {});
  }

  #reportConnections({ counters }: PoolFigures, observe: Observe): void {
    observe('grpc.subchannel.connection_attempts_succeeded', counters.connectionAttemptsSucceeded, {});
    observe('grpc.subchannel.connection_attempts_failed', counters.connectionAttemptsFailed, {});
    observe('grpc.subchannel.open_connections', counters.openConnections, {});
    for (const [reason, count] of Object.entries(counters.disconnections)) {
      if (count > 0) observe('grpc.subchannel.disconnections', count, { 'grpc.disconnect_error': reason });
    }
  }

  #reportMembers({ members, draining, counters }: PoolFigures, observe: Observe): void {
    for (const state of MEMBER_STATES) {
      const count =
        state === 'draining' ? draining.length : members.filter(({ connectivity }) => connectivity === state).length;
      observe('fairlead.pool.members', count, { 'fairlead.member.state': state });
    }
    for (const { attributes, picks, inFlight } of this.#members.update([...members, ...draining], counters.picks)) {
      observe('fairlead.member.picks', picks, attributes);
      if (inFlight !== undefined) observe('fairlead.member.in_flight', inFlight, attributes);
    }
  }

  #reportPolicies(observe: Observe): void {
    const { breakers, budget, bulkheads, clock } = this.#source;
    observe('fairlead.retry_budget.balance', budget.balance(clock.now()), {});
    for (const { path, state } of breakers.all()) {
      for (const one of BREAKER_STATES) {
        const attributes = { 'rpc.method': path.slice(1), 'fairlead.circuit_breaker.state': one };
        observe('fairlead.circuit_breaker.state', one === state ? 1 : 0, attributes);
      }
    }
    for (const { name, algorithm, limits, running, waiting } of bulkheads.all()) {
      const attributes = {
        'fairlead.bulkhead.name': name,
        ...(algorithm !== undefined && { 'fairlead.bulkhead.algorithm': algorithm }),
      };
      observe('fairlead.bulkhead.size', limits.maxConcurrent, attributes);
      observe('fairlead.bulkhead.running', running, attributes);
      observe('fairlead.bulkhead.queued', waiting, attributes);
    }
  }
}

/** gRFC A91. Its words have underscores; what never happened has no series. */
function reportEjections({ counters }: PoolFigures, observe: Observe): void {
  for (const [cause, count] of Object.entries(counters.ejections)) {
    const method = { 'grpc.lb.outlier_detection.detection_method': snakeCase(cause) };
    if (count > 0) observe('grpc.lb.outlier_detection.ejections_enforced', count, method);
    for (const [reason, spared] of Object.entries(counters.sparedOutliers[cause] ?? {})) {
      const attributes = { ...method, 'grpc.lb.outlier_detection.unenforced_reason': snakeCase(reason) };
      if (spared > 0) observe('grpc.lb.outlier_detection.ejections_unenforced', spared, attributes);
    }
  }
}

function snakeCase(words: string): string {
  return words.replaceAll('-', '_');
}
