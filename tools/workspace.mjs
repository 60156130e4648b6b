import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const rootDirectory = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where stamps, type-check output and other regenerable things live. */
export const buildDirectory = join(rootDirectory, '.build');

/** Where `npm run tarballs` writes. */
export const tarballDirectory = join(rootDirectory, 'tarballs');

export function fromRoot(...parts) {
  return join(rootDirectory, ...parts);
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/**
 * @typedef {object} WorkspacePackage
 * @property {string} name as in package.json
 * @property {string} directory absolute
 * @property {string} folder the last part of the directory, for file names
 * @property {Record<string, any>} manifest
 * @property {readonly string[]} uses names of workspace packages that it needs at run time
 */

/** @returns {WorkspacePackage} */
function readPackage(directory) {
  const manifest = readJson(join(directory, 'package.json'));
  // devDependencies are left out: core's tests use testing, which uses core.
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
  const uses = Object.keys(needed).filter((name) => String(needed[name]).startsWith('workspace:'));
  return { name: manifest.name, directory, folder: directory.split(/[\\/]/).at(-1), manifest, uses };
}

/** Every package under packages/, dependencies before dependents. @returns {WorkspacePackage[]} */
export function publishedPackages() {
  const all = readdirSync(fromRoot('packages'))
    .filter((folder) => existsSync(fromRoot('packages', folder, 'package.json')))
    .map((folder) => readPackage(fromRoot('packages', folder)))
    .filter(({ manifest }) => manifest.private !== true);
  return inDependencyOrder(all);
}

/** The private packages that have something to build. @returns {WorkspacePackage[]} */
export function privatePackages() {
  return ['examples', 'benchmarks', 'simulation']
    .filter((folder) => existsSync(fromRoot(folder, 'tsdown.config.mjs')))
    .map((folder) => readPackage(fromRoot(folder)));
}

function inDependencyOrder(packages) {
  const byName = new Map(packages.map((each) => [each.name, each]));
  const ordered = new Set();
  const visit = (each, path) => {
    if (path.includes(each.name))
      throw new Error(`Packages depend on each other: ${[...path, each.name].join(' -> ')}`);
    for (const name of each.uses) if (byName.has(name)) visit(byName.get(name), [...path, each.name]);
    ordered.add(each);
  };
  for (const each of packages) visit(each, []);
  return [...ordered];
}
