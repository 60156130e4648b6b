// A real Kubernetes control plane from Go modules: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in one
// binary, and CoreDNS with its kubernetes plugin. Built once into a cached folder outside of the checkout:
// `node tools/control-plane/build.mjs`, or by `npm run e2e:kubernetes`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { arch, homedir, platform } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandFailed, runCommand } from '../command.mjs';
import { withLock } from '../lock.mjs';
import { fromRoot } from '../workspace.mjs';

const SOURCES = fromRoot('tools', 'control-plane');
// Without symbols, which are half of a binary. A control plane that was not built by its own scripts does not know its version.
const version = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
const PROGRAMS = [
  {
    folder: 'cluster',
    binary: 'control-plane',
    what: 'etcd, kube-apiserver, kube-controller-manager and kube-scheduler',
    flags: ['-s -w', version('gitVersion', 'v1.37.2'), version('gitMajor', '1'), version('gitMinor', '37')].join(' '),
  },
  { folder: 'dns', binary: 'coredns', what: 'CoreDNS', flags: '-s -w' },
];

/** The modules cannot be had here: nothing is wrong with the project. */
export class ModulesUnavailable extends Error {}

/** Where the binaries of these sources are, or will be. `FAIRLEAD_CONTROL_PLANE` names another folder for all versions. */
export function controlPlaneFolder(env = process.env) {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const base = env.FAIRLEAD_CONTROL_PLANE || join(cache, 'fairlead', 'control-plane');
  return join(base, `${sourceHash().slice(0, 16)}-${platform()}-${arch()}`);
}

export function isBuilt(folder = controlPlaneFolder()) {
  return PROGRAMS.every(({ binary }) => existsSync(join(folder, binary)));
}

/** The version of Go that is found, or undefined. */
export async function goVersion() {
  return runCommand('go', ['version'], { quiet: true, cwd: SOURCES }).then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * Builds what is not there yet.
 *
 * @returns {Promise<string>} the folder of the binaries
 * @throws ModulesUnavailable when the Go modules cannot be downloaded
 */
export async function ensureControlPlane(say = (line) => process.stderr.write(`${line}\n`)) {
  const folder = controlPlaneFolder();
  if (isBuilt(folder)) return folder;
  await withLock('control-plane', async () => {
    if (isBuilt(folder)) return;
    say(`Building a Kubernetes control plane with ${await goVersion()}, once, into ${folder}.`);
    say('It takes about 7 minutes on two cores and 4 GB in the caches of Go; afterwards nothing.');
    mkdirSync(join(folder, '..'), { recursive: true });
    // Beside its place, and moved there when all is done: whoever is interrupted leaves no half a control plane.
    const next = mkdtempSync(`${folder}.`);
    try {
      for (const program of PROGRAMS) await buildProgram(program, next, say);
      rmSync(folder, { recursive: true, force: true });
      renameSync(next, folder);
    } finally {
      rmSync(next, { recursive: true, force: true });
    }
  });
  return folder;
}

async function buildProgram({ folder, binary, what, flags }, into, say) {
  const begun = performance.now();
  const seconds = () => `${Math.round((performance.now() - begun) / 1000)} s`;
  // Without C, so that the binary is the same wherever it is built.
  const env = { ...process.env, CGO_ENABLED: '0' };
  const options = { cwd: join(SOURCES, folder), env, quiet: true };
  say(`  ${binary} (${what}): downloading modules ...`);
  await runCommand('go', ['list', '-mod=readonly', '-deps', '.'], options).catch((error) => {
    if (!(error instanceof CommandFailed)) throw error;
    throw new ModulesUnavailable(`the Go modules of ${binary} cannot be had: ${complaint(error.output)}`);
  });
  say(`  ${binary}: compiling (modules: ${seconds()}) ...`);
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags', flags, '-o', join(into, binary), '.'];
  await runCommand('go', args, options);
  say(`  ${binary}: done after ${seconds()}`);
}

/** What it says beside its progress. */
function complaint(text) {
  const lines = text.trim().split('\n');
  return (
    lines
      .filter((line) => !line.startsWith('go: downloading'))
      .slice(0, 2)
      .join(' ') || lines.at(-1)
  );
}

/** Of names and contents, not of where the checkout is: all checkouts share the binaries. */
function sourceHash() {
  const hash = createHash('sha256');
  for (const { folder, flags } of PROGRAMS) {
    hash.update(flags);
    for (const name of readdirSync(join(SOURCES, folder)).sort()) {
      hash
        .update(`${folder}/${name}\0`)
        .update(readFileSync(join(SOURCES, folder, name)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${await ensureControlPlane()}\n`);
}
