import type { Endpoint } from '@fairlead/core';
import { connectivityState, Metadata, status } from '@grpc/grpc-js';
import { BAD_CONFIG, type Answer } from './fake-target.js';
import type { HistoryRig } from './history-rig.js';
import type { PodChannel } from './pod-network.js';
import { endpointOf, podId } from './pod-report.js';
import type { AnswerStep, CallPlan, CallStep, ConnectionStep, ImmediateStep, PoolStep, ResolverStep } from './step.js';

/** How a server, a transport or grpc-js ends a call. */
const ENDS: readonly (readonly [code: status, details: string, fromServer?: boolean])[] = [
  [status.OK, ''],
  [status.OK, '', true],
  [status.UNAVAILABLE, 'Connection dropped'],
  [status.UNAVAILABLE, 'Stream refused by server'],
  [status.UNAVAILABLE, 'No connection established. Last error: none'],
  [status.UNAVAILABLE, 'overloaded', true],
  [status.NOT_FOUND, 'no such thing', true],
  [status.RESOURCE_EXHAUSTED, 'too much', true],
  [status.DEADLINE_EXCEEDED, 'Deadline exceeded'],
  [status.INTERNAL, 'Received RST_STREAM with code 2'],
  [status.UNKNOWN, 'Getting metadata from plugin failed with error: no token'],
];

/** Does what the step says, to whatever is there now. */
export function take(rig: HistoryRig, step: ImmediateStep): void {
  if (isResolverStep(step)) return takeResolverStep(rig, step);
  if (isConnectionStep(step)) return takeConnectionStep(rig, step);
  if (isPoolStep(step)) return takePoolStep(rig, step);
  if (step.kind === 'respond' || step.kind === 'end') return takeAnswerStep(rig, step);
  takeCallStep(rig, step);
}

const RESOLVER_KINDS = new Set(['resolve', 'resolver-error', 'resolver-nonsense', 'late-answer', 'resolver-throws']);
const CONNECTION_KINDS = new Set(['pod', 'connect', 'refuse', 'goaway', 'lose', 'lose-unnoticed', 'drop', 'jam']);
const POOL_KINDS = new Set([
  'pool-connect',
  'refresh',
  'reset-backoff',
  'renew-credentials',
  'close',
  'balance',
  'watch',
  'ready',
]);
const isResolverStep = (step: ImmediateStep): step is ResolverStep => RESOLVER_KINDS.has(step.kind);
const isConnectionStep = (step: ImmediateStep): step is ConnectionStep => CONNECTION_KINDS.has(step.kind);
const isPoolStep = (step: ImmediateStep): step is PoolStep => POOL_KINDS.has(step.kind);

function takeResolverStep({ clock, target }: HistoryRig, step: ResolverStep): void {
  const startedAt = clock.now();
  const answer = (endpoints: readonly Endpoint[], ageMs = 0, serviceConfig?: unknown): Answer => ({
    kind: 'state',
    state: { endpoints, attributes: {}, ...(serviceConfig === undefined ? {} : { serviceConfig }) },
    startedAt: startedAt - ageMs,
  });
  switch (step.kind) {
    case 'resolve': {
      const config = step.config === 'none' ? undefined : step.config === 'bad' ? BAD_CONFIG : step.config;
      return target.tell(answer(step.pods.map(endpointOf), step.lateMs, config));
    }
    case 'resolver-error':
      return target.tell({ kind: 'error', error: new Error('SERVFAIL'), startedAt });
    case 'resolver-nonsense':
      return target.tell(answer([{ id: 'x', addresses: [] as never, attributes: {} }]));
    case 'late-answer':
      return target.tellLate(answer([endpointOf({ n: 1, variant: 0 })]));
    case 'resolver-throws':
      target.throwsFrom = step.from;
  }
}

function takeConnectionStep(rig: HistoryRig, step: ConnectionStep): void {
  if (step.kind === 'pod') return rig.setMode(podId(step.n), step.mode);
  const channels = [...rig.network.open];
  const connecting = choose(
    channels.filter((channel) => channel.connecting),
    step.which,
  );
  const ready = choose(channels.filter(isReady), step.which);
  switch (step.kind) {
    case 'connect':
      return connecting?.ready();
    case 'refuse':
      return connecting?.refuse();
    case 'goaway':
      return ready?.goAway();
    case 'lose':
      return ready?.lose();
    case 'lose-unnoticed':
      return ready?.loseUnnoticed();
    case 'drop':
      return ready?.lose(true);
    case 'jam':
      if (ready) ready.jammed += 1;
  }
}

function takeCallStep(rig: HistoryRig, step: CallStep): void {
  switch (step.kind) {
    case 'call':
    case 'create':
      return makeCall(rig, step.plan, step.kind === 'call');
    case 'start':
      return choose(
        rig.calls.filter(({ started }) => !started),
        step.which,
      )?.start(rig.clock);
    default:
      return useCall(rig, step);
  }
}

function makeCall(rig: HistoryRig, plan: CallPlan, starts: boolean): void {
  if (rig.closed) return;
  const call = rig.newCall(plan);
  if (starts) call.start(rig.clock);
}

function takeAnswerStep({ network }: HistoryRig, step: AnswerStep): void {
  const call = choose(network.flights, step.which)?.call;
  if (step.kind === 'respond') return call?.respond();
  const [code, details, fromServer = false] = ENDS[step.how % ENDS.length]!;
  const trailers = new Metadata();
  if (fromServer) trailers.set('content-type', 'application/grpc');
  call?.end(code, details, trailers);
}

/** Also of calls that have ended: a cancel after the end is nothing. */
function useCall({ calls }: HistoryRig, { kind, which }: Extract<CallStep, { which: number }>): void {
  const call = choose(calls, which);
  if (kind === 'write') call?.write();
  else if (kind === 'read') call?.read();
  else if (kind === 'half-close') call?.halfClose();
  else if (kind === 'cancel') call?.cancel();
  else call?.parent?.cancel();
  call?.look();
}

function takePoolStep(rig: HistoryRig, step: PoolStep): void {
  const { clock, pool, told } = rig;
  switch (step.kind) {
    case 'pool-connect':
      return pool.connect();
    case 'refresh':
      return pool.refresh();
    case 'reset-backoff':
      return pool.resetBackoff();
    case 'renew-credentials':
      return rig.credentials.renew();
    case 'balance':
      return rig.balance(step.policy);
    case 'close':
      return rig.close();
    case 'watch':
      return rig.closed ? undefined : told.watch(clock, step.forMs);
    case 'ready':
      return told.ready(clock, step.forMs);
  }
}

function isReady(channel: PodChannel): boolean {
  return channel.state === connectivityState.READY;
}

function choose<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}
