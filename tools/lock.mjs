import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDirectory } from './workspace.mjs';

/**
 * Runs `action` while no other process on this machine runs one under the same name: two terminals that start
 * `npm test` at once must not both rewrite lib/ or node_modules. A lock whose owner is gone is taken over.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(name, action) {
  const path = join(buildDirectory, `${name}.lock`);
  mkdirSync(buildDirectory, { recursive: true });
  while (!tryAcquire(path)) await sleep(100);
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryAcquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!ownerIsAlive(path)) rmSync(path, { force: true });
  return false;
}

function ownerIsAlive(path) {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    // An empty file is an owner between creating and writing it; its age does not matter for so short a moment.
    if (owner === 0) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
