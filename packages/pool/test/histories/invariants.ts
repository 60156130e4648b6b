import { connectivityState } from '@grpc/grpc-js';
import type { PoolSnapshot } from '../../src/snapshot.js';
import type { HistoryRig } from './history-rig.js';

function must(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}

const same = (what: string, found: unknown, expected: unknown): void =>
  must(found === expected, () => `${what}: ${String(found)} (expected: ${String(expected)})`);

/** What holds after each step. @throws Error that says what does not. */
export function checkAll(rig: HistoryRig): void {
  must(rig.complaints.length === 0, () => rig.complaints.join('\n'));
  const snapshot = rig.pool.snapshot();
  must(rig.pool.explain().length > 0, () => 'nothing is explained');
  checkMembers(rig, snapshot);
  checkState(rig, snapshot);
  checkCalls(rig, snapshot);
  checkCounters(rig, snapshot);
  checkGraces(rig);
  checkConnectDeadline(rig);
  checkWaiters(rig, snapshot);
  if (snapshot.idleForMs !== undefined) checkIdle(rig, snapshot);
}

/** Members are the pods of the last good answer, and ready is who has a connection. */
function checkMembers({ network, target, balancing, closed, hasLetGo }: HistoryRig, snapshot: PoolSnapshot): void {
  const { members } = snapshot;
  same(
    'members',
    members
      .map(({ endpoint }) => endpoint.id)
      .sort()
      .join(),
    [...target.known].sort().join(),
  );
  for (const { endpoint, connectivity, inFlight, load } of [...members, ...snapshot.draining]) {
    const isSane = Number.isFinite(load) && load >= 0 && Number.isSafeInteger(inFlight) && inFlight >= 0;
    must(isSane, () => `${endpoint.id} has load ${load} and ${inFlight} calls in flight`);
    if (closed || !members.some((member) => member.endpoint === endpoint)) continue;
    const connection = network.current.get(endpoint.id);
    const isConnected = connection !== undefined && !connection.closed;
    const isReady = connectivity === 'ready';
    if (isConnected && !isReady && hasLetGo) network.letGo(connection);
    else same(`${endpoint.id} is ready`, isReady, isConnected);
    const isForgotten = connectivity === 'idle' && balancing.connectsAll && snapshot.state !== 'IDLE';
    must(!isForgotten, () => `${endpoint.id} is idle, and ${balancing.name} wants it connected`);
  }
}

function checkState({ balancing, pool, closed, target }: HistoryRig, snapshot: PoolSnapshot): void {
  const state = connectivityState[pool.getConnectivityState(false)];
  same('state', state, snapshot.state);
  same('closed', state === 'SHUTDOWN', closed);
  if (closed) return;
  if (!target.live || !balancing.lazy) same('idle', state === 'IDLE', !target.live);
  const isReady = snapshot.members.some(({ connectivity }) => connectivity === 'ready');
  same('ready', state === 'READY', isReady);
}

/** Every call is in exactly one place: not started, waiting, on a pod, or ended. */
function checkCalls(rig: HistoryRig, snapshot: PoolSnapshot): void {
  const { balancing, calls, clock, network } = rig;
  const carried = [...snapshot.members, ...snapshot.draining].reduce((sum, { inFlight }) => sum + inFlight, 0);
  same('calls in flight', carried, network.flights.length);
  const open = calls.filter((call) => call.open);
  same('open calls', open.length, snapshot.waitingCalls + carried);
  const onPods = new Set(network.flights.map(({ call }) => call.path));
  const waiting = open.filter(({ path }) => !onPods.has(path));
  for (const call of waiting) {
    must(clock.now() <= call.expiresAt, () => `${call.path} still waits after its deadline`);
    must(call.plan.attempt !== 'hedge', () => `${call.path} is a hedge, and waits`);
    must(!call.cancelled, () => `${call.path} was cancelled, and waits`);
  }
  const ready = snapshot.members.filter(({ connectivity }) => connectivity === 'ready');
  const isServed = waiting.length === 0 || ready.length === 0 || !balancing.servesWithAny;
  must(isServed, () => `${waiting[0]?.path} waits, and ${ready[0]?.endpoint.id} is ready`);
}

function checkCounters(rig: HistoryRig, { counters, draining, members }: PoolSnapshot): void {
  const { calls, network, told, left, plan } = rig;
  // A member may be taken away between the pick and the call on its channel, by who is told of the pick.
  const picks = network.made + calls.filter(({ path, picked }) => picked !== undefined && !network.saw(path)).length;
  same('picks', counters.picks, picks);
  same('ended calls', counters.succeeded + counters.failed, picks - network.flights.length);
  same('connections', counters.connectionAttemptsSucceeded, network.connected);
  const ended = Object.values(counters.disconnections).reduce((sum, count) => sum + count, 0);
  same('disconnections', ended, network.disconnected);
  must(
    members.reduce((sum, { picks }) => sum + picks, 0) <= counters.picks,
    () => 'members have more picks than the pool',
  );
  if (!plan.listens) return;
  same('rotations', counters.rotations, told.rotated);
  same('members that left', told.drained + draining.length, left);
}

/** What may not go on has ended when its grace is over. */
function checkGraces({ clock, network }: HistoryRig): void {
  const now = clock.now();
  for (const { endpoint, closeBy } of network.open) {
    must(now <= closeBy, () => `a channel to ${endpoint.id} is open at ${now} ms and had to close by ${closeBy} ms`);
  }
  for (const { call, endBy } of network.flights) {
    must(now <= endBy, () => `${call.path} goes on at ${now} ms and had to end by ${endBy} ms`);
  }
}

function checkConnectDeadline({ blocked, clock, network, plan }: HistoryRig): void {
  // A stall of the event loop is no fault of the pod: the attempt has that much longer.
  if (blocked && plan.eventLoopStallMs < Infinity) return;
  for (const channel of network.open) {
    if (channel.wasReady) continue;
    const ageMs = clock.now() - channel.madeAt;
    must(ageMs < plan.connectTimeoutMs, () => `${channel.endpoint.id} is connected to for ${ageMs} ms`);
  }
}

/** Who waits is told in time, and the process lives as long as somebody waits, and no longer because of us. */
function checkWaiters({ clock, told }: HistoryRig, { waitingCalls }: PoolSnapshot): void {
  const { waiters } = told;
  for (const { by, what } of waiters) must(clock.now() <= by, () => `${what} is told late`);
  const alive = waiters.filter(({ keepsAlive }) => keepsAlive).length + (waitingCalls > 0 ? 1 : 0);
  same('timers that keep the process alive', clock.pendingKeepAliveTimers, alive);
}

/** An idle pool has nothing that runs. */
function checkIdle({ clock, network, told }: HistoryRig, { state }: PoolSnapshot): void {
  same('state of an idle pool', state, 'IDLE');
  const watchers = told.waiters.filter(({ keepsAlive }) => keepsAlive).length;
  same('timers of an idle pool', clock.pendingTimers, watchers);
  same('channels of an idle pool', network.open.size, 0);
}

export function checkRecovered(rig: HistoryRig): void {
  must(rig.hasRecovered, () => `all is well, and not all pods are connected or calls served:\n${rig.pool.explain()}`);
}

/** What holds when the pool was closed and the grace is over. */
export function checkEnd({ calls, clock, network, pool, target, told }: HistoryRig): void {
  same('the resolver runs after close', target.live, false);
  same('timers after close', clock.pendingTimers, 0);
  same('channels after close', network.open.size, 0);
  same('events `closed`', told.closed, 1);
  same('who waits after close', told.waiters.length, 0);
  const { members, draining, waitingCalls } = pool.snapshot();
  same('members, draining ones and waiting calls after close', members.length + draining.length + waitingCalls, 0);
  for (const call of calls) {
    if (call.started) must(call.status !== undefined, () => `${call.path} never ended`);
    if (call.started) same(`acknowledged messages of ${call.path}`, call.acknowledged, call.written);
    same(`listeners on the parent of ${call.path}`, call.parent?.listenerCount('cancelled') ?? 0, 0);
  }
}
