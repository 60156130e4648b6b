import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './command.mjs';
import { combineHashes, contentHash, isStamped, writeStamp } from './content-stamp.mjs';
import { withLock } from './lock.mjs';
import { buildDirectory, fromRoot, privatePackages, publishedPackages } from './workspace.mjs';

const sharedInputs = ['tsdown.base.mjs', 'tsconfig.base.json', 'pnpm-lock.yaml'].map((path) => fromRoot(path));
const isSource = (path) => !/\.test\.ts$|[\\/](?:lib|lib\.next|node_modules)[\\/]|\.tsbuildinfo$/.test(path);

/**
 * Builds lib/ of every package whose inputs, or whose dependencies' inputs, changed since it was last built.
 *
 * @param {{ force?: boolean, publishedOnly?: boolean }} [options] `publishedOnly` leaves out examples and benchmarks
 */
export async function ensureBuilt({ force = false, publishedOnly = false } = {}) {
  const packages = [...publishedPackages(), ...(publishedOnly ? [] : privatePackages())];
  if (!force && stalePackages(packages).length === 0) return;
  await withLock('build', async () => {
    for (const { each, hash } of force ? withHashes(packages) : stalePackages(packages)) {
      process.stderr.write(`Building ${each.name} ...\n`);
      await buildPackage(each);
      writeStamp(stampOf(each), hash);
    }
  });
}

function withHashes(packages) {
  const hashes = new Map();
  return packages.map((each) => {
    const own = contentHash([...sharedInputs, ...inputsOf(each)], isSource);
    // Emitted types may spell out what was inferred from a dependency, so a dependency's change is ours, too.
    const hash = combineHashes([own, ...each.uses.map((name) => hashes.get(name) ?? name)]);
    hashes.set(each.name, hash);
    return { each, hash };
  });
}

function inputsOf(each) {
  const names = ['package.json', 'tsdown.config.mjs', 'tsconfig.json'].map((name) => join(each.directory, name));
  return each.manifest.private ? [each.directory] : [...names, join(each.directory, 'src')];
}

function stalePackages(packages) {
  return withHashes(packages).filter(
    ({ each, hash }) => !existsSync(join(each.directory, 'lib')) || !isStamped(stampOf(each), hash),
  );
}

function stampOf(each) {
  return join(buildDirectory, 'stamps', `${each.folder}.build`);
}

/** Builds beside lib/ and swaps, so that a process that runs meanwhile never sees half a package. */
async function buildPackage({ directory }) {
  const [lib, next] = [join(directory, 'lib'), join(directory, 'lib.next')];
  rmSync(next, { recursive: true, force: true });
  await runTool('tsdown', ['--out-dir', 'lib.next', '--logLevel', 'warn'], { cwd: directory, quiet: true });
  rmSync(lib, { recursive: true, force: true });
  renameSync(next, lib);
}
