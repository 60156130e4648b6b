import type { EventCodeEntry, EventLine } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { CHANNEL_EVENT_CODES } from './event-codes.js';
import { POLICY_EVENT_LINES } from './event-lines.js';

const { breaker, serviceConfig } = POLICY_EVENT_LINES;
const path = '/a.B/C';

const LINES: readonly EventLine[] = [
  breaker({ path, from: 'closed', to: 'open', manual: false }),
  breaker({ path, from: 'open', to: 'half-open', manual: false }),
  breaker({ path, from: 'open', to: 'closed', manual: true }),
  serviceConfig({ source: 'resolver', policy: 'round_robin', policyChanged: true }),
];

test('every code of the policies has a line, with the fields of its code and no others', () => {
  const entries: readonly EventCodeEntry[] = CHANNEL_EVENT_CODES.filter(({ event }) => event !== 'warning');
  expect(LINES.map(({ code, fields = {} }) => [code, Object.keys(fields)]).sort()).toEqual(
    entries.map(({ code, fields }) => [code, fields]),
  );
});

test('a line is about a method, so that those of others are not left out for it', () => {
  expect(LINES.map(({ subject, message }) => [subject, message])).toEqual([
    [path, 'the circuit breaker of /a.B/C is open'],
    [path, 'the circuit breaker of /a.B/C is half-open'],
    [path, 'the circuit breaker of /a.B/C is closed, by hand'],
    [undefined, 'a new service config is in force, of the resolver; balances by round_robin'],
  ]);
});
