import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withResults } from './readme-results.mjs';
import { fromRoot, readJson } from './workspace.mjs';

test('the figures of the README are those of the run in docs/rolling-update.json', () => {
  const readme = readFileSync(fromRoot('README.md'), 'utf8');
  assert.equal(readme, withResults(readme, readJson(fromRoot('docs/rolling-update.json'))));
});
