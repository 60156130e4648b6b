// A document that points to a file which has moved is wrong, and nobody notices.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { rootDirectory } from './workspace.mjs';

const SKIPPED = new Set(['node_modules', 'lib', 'lib.next', '.git', '.build', 'tarballs', 'coverage']);

function documents(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : documents(join(folder, entry.name));
    return entry.name.endsWith('.md') ? [join(folder, entry.name)] : [];
  });
}

/** Relative targets of `[text](target)` and `src="target"`, without their #fragments. */
function localLinks(markdown) {
  const prose = markdown.replaceAll(/```[^]*?```/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(([, link, source]) => link ?? source);
  return targets.filter((target) => !/^(?:[a-z]+:|#)/i.test(target)).map((target) => target.split('#')[0]);
}

for (const file of documents(rootDirectory)) {
  test(`every file that ${relative(rootDirectory, file)} points to exists`, () => {
    const broken = localLinks(readFileSync(file, 'utf8')).filter((link) => !existsSync(join(dirname(file), link)));
    assert.deepEqual(broken, []);
  });
}
