import { readFileSync } from 'node:fs';
import type { EventCodeEntry } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { POOL_EVENT_CODES } from './event-codes.js';
import type { PoolEvents } from './events.js';

const reference = readFileSync(new URL('../../../docs/reference/events.md', import.meta.url), 'utf8');
const entries: readonly EventCodeEntry[] = POOL_EVENT_CODES;

/** The rows of the table under the heading of this package, without the spaces that align its columns. */
function documentedRows(): string[] {
  const section = reference.split(/^## /m).find((part) => part.startsWith('`@fairlead/pool`'))!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.replaceAll(/ +/g, ' '));
}

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ') || '–';

describe('the codes of the events', () => {
  test('are in the reference as they are in the table, and no others are', () => {
    expect(documentedRows()).toEqual(
      entries.map(
        ({ code, event, level, when, fields }) =>
          `| \`${code}\` | \`${event}\` | ${level} | ${when} | ${quoted(fields)} |`,
      ),
    );
  });

  test('are unique and in alphabetical order', () => {
    const codes = entries.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  test('exist for every event, and for nothing else', () => {
    // The compiler complains when one is missing here.
    const events: Readonly<Record<keyof PoolEvents, true>> = {
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
    };
    expect([...new Set(entries.map(({ event }) => event))].sort()).toEqual(Object.keys(events).sort());
  });
});
