import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The hash of the names and contents of files. Contents, not times: a fresh clone, a branch switch or a restored cache
 * sets times at will.
 *
 * @param {readonly string[]} paths files or folders (taken whole); one that does not exist counts as such
 * @param {(path: string) => boolean} [accept] filter for what is found in folders; the path of a folder ends with a slash
 */
export function contentHash(paths, accept = () => true) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) hash.update(`${path}\0absent\0`);
    else if (statSync(path).isDirectory()) addFolder(path);
    else hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  };
  const addFolder = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (accept(entry.isDirectory() ? `${path}/` : path)) add(path);
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}

/** One hash of several, in order. */
export function combineHashes(hashes) {
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

/** Whether the stamp file says that what it stands for was made from inputs with this hash. */
export function isStamped(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === hash;
}

export function writeStamp(stampFile, hash) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${hash}\n`);
}
