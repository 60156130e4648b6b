import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseOptions } from './options.js';

describe('the files of the demo', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-demo-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test.each(['--json', '--report', '--svg'])(
    '%s is refused before the run when its folder does not exist',
    (option) => {
      const missing = join(folder, 'missing');
      const path = join(missing, 'file');
      expect(() => parseOptions([option, path])).toThrow(
        `${option}: ${path} (expected: a file in a folder that exists; there is no folder ${missing})`,
      );
    },
  );

  test('are refused when their folder is a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => parseOptions(['--json', join(file, 'result.json')])).toThrow(/^--json: /);
  });

  test('are taken when their folder exists, the current one included', () => {
    const json = join(folder, 'result.json');
    expect(parseOptions(['--json', json, '--svg', 'picture.svg'])).toMatchObject({
      json,
      report: 'demo-report.html',
      svg: 'picture.svg',
    });
  });
});
