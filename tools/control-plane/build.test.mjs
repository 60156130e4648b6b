import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { controlPlaneFolder, isBuilt } from './build.mjs';

test('the binaries are kept outside of the checkout, where caches are, or where one says', () => {
  assert.equal(dirname(controlPlaneFolder({ XDG_CACHE_HOME: '/c' })), join('/c', 'fairlead', 'control-plane'));
  assert.equal(dirname(controlPlaneFolder({ XDG_CACHE_HOME: '/c', FAIRLEAD_CONTROL_PLANE: '/mine' })), '/mine');
});

test('a control plane is there when all of its programs are', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-control-plane-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(isBuilt(folder), false);
  writeFileSync(join(folder, 'control-plane'), '');
  assert.equal(isBuilt(folder), false);
  writeFileSync(join(folder, 'coredns'), '');
  assert.equal(isBuilt(folder), true);
});
