import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_GROUPS, INSTRUMENT_GROUPS, instrumentNames, INSTRUMENTS } from './instruments.js';

const reference = readFileSync(new URL('../../../../../docs/reference/metrics.md', import.meta.url), 'utf8');

/** `0.00001`, for which JavaScript says 1e-5. */
const plain = (value: number): string => (value > 0 && value < 0.0001 ? value.toFixed(5) : String(value));

/** The rows of the table of instruments, without the spaces that align its columns. */
function documentedRows(): string[] {
  const section = reference.split(/^## /m).find((part) => part.startsWith('Instruments'))!;
  const rows = section.split('\n').filter((line) => /^\| `(rpc|grpc|fairlead)\./.test(line));
  return rows.map((row) => row.replaceAll(/ +/g, ' '));
}

describe('the instruments', () => {
  test('are in the reference as they are in the list, and no others are', () => {
    const rows = INSTRUMENTS.map(({ name, kind, unit, attributes, group, source }) => {
      const isDefault = (DEFAULT_GROUPS as readonly string[]).includes(group) ? 'on' : 'off';
      const labels = attributes.map((attribute) => `\`${attribute}\``).join(', ');
      return `| \`${name}\` | ${kind} | \`${unit}\` | ${labels} | \`${group}\`, ${isDefault} | ${source} |`;
    });
    expect(documentedRows()).toEqual(rows);
  });

  test('are each in one group, and every group has some', () => {
    expect([...instrumentNames(INSTRUMENT_GROUPS)]).toEqual(INSTRUMENTS.map(({ name }) => name));
    for (const group of INSTRUMENT_GROUPS) expect(instrumentNames([group]).size).toBeGreaterThan(0);
  });

  test('are what is written down of their buckets', () => {
    for (const spec of INSTRUMENTS) {
      if (!('boundaries' in spec)) continue;
      expect(reference).toContain(spec.boundaries.map(plain).join(', '));
    }
  });
});
