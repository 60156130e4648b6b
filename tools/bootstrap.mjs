import { existsSync, readdirSync } from 'node:fs';
import { runCommand } from './command.mjs';
import { contentHash, isStamped, writeStamp } from './content-stamp.mjs';
import { withLock } from './lock.mjs';
import { fromRoot, readJson } from './workspace.mjs';

/** An error for the person at the terminal: the message is all they need. */
function userError(message) {
  return Object.assign(new Error(message), { userMessage: message });
}

/** Throws unless this Node is new enough. 20.19 is the first 20.x that loads ES modules with `require()`. */
export function requireSupportedNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw userError(
    `Node.js ${version} is too old: this workspace needs 20.19 or newer. See https://nodejs.org/en/download`,
  );
}

function installInputs() {
  const manifests = readdirSync(fromRoot('packages')).map((folder) => fromRoot('packages', folder, 'package.json'));
  const rest = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'examples/package.json',
    'benchmarks/package.json',
    'simulation/package.json',
    'e2e/package.json',
  ];
  return [...rest.map((path) => fromRoot(path)), ...manifests];
}

/**
 * Installs the dependencies with the pnpm that package.json pins, unless that was already done with the same lockfile
 * and manifests. Uses `npx`, since a fresh machine has npm but no pnpm, and corepack no longer comes with every Node.
 */
export async function ensureInstalled() {
  const stampFile = fromRoot('node_modules', '.fairlead-installed');
  if (isStamped(stampFile, contentHash(installInputs()))) return;
  await withLock('install', async () => {
    const hash = contentHash(installInputs());
    if (isStamped(stampFile, hash)) return;
    const pinned = readJson(fromRoot('package.json')).packageManager;
    process.stderr.write(`Installing dependencies with ${pinned} ...\n`);
    // CI=true: pnpm would otherwise ask before it replaces a node_modules that it did not make, and nobody may be there.
    const env = { ...process.env, CI: 'true' };
    await runCommand('npx', ['--yes', pinned, 'install', '--frozen-lockfile'], { env });
    if (!existsSync(fromRoot('node_modules'))) throw userError('The installation made no node_modules folder.');
    writeStamp(stampFile, hash);
  });
}
