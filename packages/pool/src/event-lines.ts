import { formatAddress, type Endpoint, type EventLine } from '@fairlead/core';
import type { PoolEventCode } from './event-codes.js';
import type { EndpointsChange, MemberStateChange, PoolEvents } from './events.js';

/** Warnings may be raised by what is built on the pool, with codes of their own. */
type Line = EventLine<PoolEventCode> | EventLine;

/** How each event reads in a log. The compiler complains when one is missing. */
export const POOL_EVENT_LINES: { readonly [E in keyof PoolEvents]: (...args: PoolEvents[E]) => Line } = {
  state: stateLine,
  endpoints: endpointsLine,
  member: memberLine,
  drained: ({ endpoint, cut }) => {
    const member = addressOf(endpoint);
    const fields = { member, cut };
    if (cut === 0) return about('member-drained', member, `pod ${member} left and has finished its calls`, fields);
    return about('member-cut', member, `pod ${member} left; ${cut} calls did not end in time and were cut`, fields);
  },
  rotated: ({ endpoint, ageMs, reason }) => {
    const member = addressOf(endpoint);
    const because = reason === 'age' ? '' : ' because of new credentials';
    const message = `the connection to pod ${member} was replaced at the age of ${Math.round(ageMs)} ms${because}`;
    return about('member-rotated', member, message, { member, ageMs, reason });
  },
  rotationCut: ({ endpoint, cut, reason }) => {
    const member = addressOf(endpoint);
    const message = `${cut} calls on ${reason === 'unwanted' ? 'an unwanted' : 'a replaced'} connection to pod ${member} did not end in time and were cut`;
    return about('rotation-cut', member, message, { member, cut, reason });
  },
  keepaliveThrottled: ({ endpoint, fromMs, toMs }) => {
    const member = addressOf(endpoint);
    const message = `new connections are pinged after ${toMs} ms, for pod ${member} found ${fromMs} ms too often`;
    return about('keepalive-throttled', member, message, { member, fromMs, toMs });
  },
  stall: ({ durationMs }) => ({
    code: 'event-loop-stalled',
    message: `our own event loop did not come round for ${Math.round(durationMs)} ms`,
    fields: { durationMs },
  }),
  ejected: ({ endpoint, cause, forMs }) => {
    const member = addressOf(endpoint);
    const message = `pod ${member} is ejected (${cause}) for ${Math.round(forMs)} ms`;
    return about('member-ejected', member, message, { member, cause, forMs });
  },
  readmitted: ({ endpoint, cause, ejectedForMs }) => {
    const member = addressOf(endpoint);
    const message = `pod ${member} gets calls again, after ${Math.round(ejectedForMs)} ms (${cause})`;
    return about('member-readmitted', member, message, { member, cause, ejectedForMs });
  },
  panic: ({ active, ready, ejected, unheeded }) => {
    const begun = `${unheeded === ejected ? 'all' : `${unheeded} of them`} get calls nevertheless`;
    const message = `${ejected} of ${ready} ready pods are ejected: ${active ? begun : 'ejections hold again'}`;
    return { code: active ? 'panic-begun' : 'panic-ended', message, fields: { ready, ejected, unheeded } };
  },
  healthCheckUnimplemented: ({ endpoint }) => {
    const member = addressOf(endpoint);
    const message = `pod ${member} has no grpc.health.v1.Health, so it counts as healthy`;
    return about('health-check-unimplemented', member, message, { member });
  },
  resolverError: ({ message }) => ({
    code: 'resolver-error',
    message: `the look-up failed: ${message}`,
    fields: { error: message },
  }),
  resolverSource: ({ from, to, worse, cause }) => {
    const fields = { ...(from !== undefined && { from }), to, ...(cause !== undefined && { cause }) };
    const because = cause === undefined ? '' : `, because of ${cause}`;
    const message = `the pods are those of ${to} from now on${because}`;
    return { code: worse ? 'resolver-fell-back' : 'resolver-recovered', message, fields };
  },
  resolverDisagreement: ({ active, unconfirmed, missed }) => {
    const fields = { unconfirmed, missed };
    if (!active) return { code: 'resolver-agrees', message: 'the sources of pods agree again', fields };
    const notes = [listOf('not confirmed', unconfirmed), listOf('missed', missed)].filter((note) => note !== '');
    return { code: 'resolver-disagrees', message: `the sources of pods disagree: ${notes.join('; ')}`, fields };
  },
  // Its text says what it is about: two unknown fields of one config are two causes.
  warning: ({ code, message }) => ({ code, subject: message, message }),
  closed: () => ({ code: 'channel-closed', message: 'closed, and everything is released' }),
};

function about(code: PoolEventCode, subject: string, message: string, fields: EventLine['fields'] = {}): Line {
  return { code, subject, message, fields };
}

function listOf(what: string, hosts: readonly string[]): string {
  return hosts.length === 0 ? '' : `${what} ${hosts.slice(0, 3).join(', ')}${hosts.length > 3 ? ', …' : ''}`;
}

function addressOf(endpoint: Endpoint): string {
  return formatAddress(endpoint.addresses[0]);
}

const STATE_CODES: Readonly<Record<string, PoolEventCode>> = {
  IDLE: 'channel-idle',
  CONNECTING: 'channel-connecting',
  READY: 'channel-ready',
  TRANSIENT_FAILURE: 'channel-transient-failure',
  SHUTDOWN: 'channel-shutdown',
};

function stateLine({ from, to }: { readonly from: string; readonly to: string }): Line {
  return { code: STATE_CODES[to] ?? 'channel-connecting', message: `${from} → ${to}`, fields: { from, to } };
}

function endpointsLine({ added, changed, removed }: EndpointsChange): Line {
  const fields = { added: added.map(addressOf), changed: changed.map(addressOf), removed: removed.map(addressOf) };
  const message = `${added.length} pods came, ${removed.length} left, ${changed.length} changed`;
  return { code: 'endpoints-changed', message, fields };
}

const MEMBER_CODES = {
  idle: 'member-idle',
  connecting: 'member-connecting',
  ready: 'member-ready',
  'transient-failure': 'member-failed',
} as const;

function memberLine({ endpoint, from, to, lost, cause, unhealthy }: MemberStateChange): Line {
  const member = addressOf(endpoint);
  const because = cause === undefined ? '' : `: ${cause}`;
  // A connection that ends young is a failure, too; that it is lost matters more only where the pod is well.
  const code = lost && to !== 'transient-failure' ? 'member-lost' : MEMBER_CODES[to];
  const known = { member, from, to };
  const why = { ...known, ...(cause !== undefined && { cause }) };
  if (unhealthy) return about('member-unhealthy', member, `pod ${cause ?? `${member} is unhealthy`}`, why);
  if (code !== 'member-lost' && code !== 'member-failed') return about(code, member, `pod ${member} is ${to}`, known);
  const verb = code === 'member-lost' ? 'lost its connection' : 'failed';
  return about(code, member, `pod ${member} ${verb}${because}`, why);
}
