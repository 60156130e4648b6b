import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requireSupportedNode } from './bootstrap.mjs';
import { contentHash, isStamped, writeStamp } from './content-stamp.mjs';
import { publishedPackages } from './workspace.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fairlead-stamps-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('Node before 20.19 is refused with the version that is needed', () => {
  for (const version of ['18.20.4', '20.18.3']) {
    assert.throws(() => requireSupportedNode(version), /too old: this workspace needs 20\.19 or newer/);
  }
  for (const version of ['20.19.0', '22.0.0', '26.1.0']) requireSupportedNode(version);
});

test('a stamp holds as long as the contents do', () => {
  const [file, stamp] = [join(folder, 'input'), join(folder, 'made', 'stamp')];
  writeFileSync(file, 'one');
  const before = contentHash([folder]);
  writeStamp(stamp, contentHash([file]));
  assert.ok(isStamped(stamp, contentHash([file])));
  writeFileSync(file, 'two');
  assert.ok(!isStamped(stamp, contentHash([file])));
  assert.notEqual(contentHash([folder]), before);
});

test('a file that appears or goes changes the hash', () => {
  const absent = join(folder, 'not-there-yet');
  const before = contentHash([absent]);
  writeFileSync(absent, '');
  assert.notEqual(contentHash([absent]), before);
});

test('packages are built after the packages that they use', () => {
  const names = publishedPackages().map(({ name }) => name);
  assert.equal(names[0], '@fairlead/core');
  for (const { name, uses } of publishedPackages()) {
    for (const used of uses) assert.ok(names.indexOf(used) < names.indexOf(name), `${name} before ${used}`);
  }
});
