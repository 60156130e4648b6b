import { readFileSync } from 'node:fs';
import type { EventCodeEntry } from '@fairlead/core';
import { POOL_EVENT_CODES } from '@fairlead/pool';
import { describe, expect, test } from '@jest/globals';
import type { ChannelEvents, PolicyEvents } from './channel-events.js';
import { CHANNEL_EVENT_CODES } from './event-codes.js';

const reference = readFileSync(new URL('../../../../docs/reference/events.md', import.meta.url), 'utf8');
const entries: readonly EventCodeEntry[] = CHANNEL_EVENT_CODES;

/** The first cells of the tables of a part of the reference. */
function firstCells(part: string): string[] {
  return [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);
}

const sections = reference.split(/^## /m);
const ours = sections.find((part) => part.startsWith('`fairlead`'))!;
const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ') || '–';

describe('the codes that a channel adds', () => {
  test('are in the reference as they are in the table, and no others are', () => {
    const rows = ours.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
      entries.map(
        ({ code, event, level, when, fields }) =>
          `| \`${code}\` | \`${event}\` | ${level} | ${when} | ${quoted(fields)} |`,
      ),
    );
  });

  test('are in alphabetical order, and none is a code of the pool', () => {
    const codes = entries.map(({ code }) => code);
    expect(codes).toEqual([...codes].sort());
    const all = [...POOL_EVENT_CODES.map(({ code }) => code as string), ...codes];
    expect(new Set(all).size).toBe(all.length);
  });

  test('exist for every event of the policies', () => {
    // The compiler complains when one is missing here.
    const events: Readonly<Record<keyof PolicyEvents, true>> = { breaker: true, serviceConfig: true };
    expect(entries.map(({ event }) => event)).toEqual(expect.arrayContaining(Object.keys(events)));
  });
});

test('every event of a channel is in the reference with what it gives, and no other is', () => {
  // The compiler complains when one is missing here.
  const events: Readonly<Record<keyof ChannelEvents, true>> = {
    state: true,
    endpoints: true,
    member: true,
    drained: true,
    rotated: true,
    rotationCut: true,
    keepaliveThrottled: true,
    stall: true,
    ejected: true,
    readmitted: true,
    panic: true,
    healthCheckUnimplemented: true,
    resolverError: true,
    resolverSource: true,
    resolverDisagreement: true,
    warning: true,
    closed: true,
    breaker: true,
    serviceConfig: true,
  };
  expect(firstCells(sections[0]!)).toEqual(Object.keys(events));
});
