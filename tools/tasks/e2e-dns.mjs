import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { ensureBuilt } from '../build.mjs';
import { CommandFailed, runCommand, runTool } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** Debian puts it where only root has its path. */
const PATH = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter);

/** `dns:` targets against BIND, on a port of 127.0.0.1. Some seconds. */
export async function run(args) {
  await ensureBuilt();
  const reason = await whySkipped();
  if (reason !== undefined) {
    process.stdout.write(`skipped: ${reason}\n`);
    return;
  }
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  process.env.PATH = PATH;
  await runTool('jest', ['--config', fromRoot('e2e/dns/jest.config.mjs'), '--runInBand', ...args], { nodeArgs });
}

/**
 * Why there is no DNS server to ask, or undefined. In CI it installs BIND; on a machine of somebody's it does not.
 *
 * @returns {Promise<string | undefined>}
 */
export async function whySkipped() {
  if (hasNamed()) return undefined;
  const missing = "BIND's `named` is not installed (Debian: `apt-get install bind9`)";
  if (!process.env.CI) return missing;
  if (process.getuid?.() !== 0) return `${missing}, and only root can install it`;
  if (!canRun('apt-get', '--version')) return `${missing}, and there is no apt-get to install it with`;
  try {
    await install();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return `${missing}, and apt-get could not install it: ${error.message}`;
  }
  return hasNamed() ? undefined : missing;
}

async function install() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update'], { env, quiet: true });
  await runCommand('apt-get', ['install', '--yes', '--no-install-recommends', 'bind9'], { env, quiet: true });
}

function hasNamed() {
  return canRun('named', '-v');
}

function canRun(command, flag) {
  return spawnSync(command, [flag], { env: { ...process.env, PATH } }).status === 0;
}
