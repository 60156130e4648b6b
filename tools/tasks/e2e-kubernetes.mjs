import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../build.mjs';
import { CommandFailed, runTool, toolPath } from '../command.mjs';
import { ensureControlPlane, goVersion, isBuilt, ModulesUnavailable } from '../control-plane/build.mjs';
import { fromRoot, rootDirectory } from '../workspace.mjs';

const CONFIG = ['--config', fromRoot('e2e/kubernetes/jest.config.mjs'), '--runInBand'];

// A network in which all of 10.244.0.0/16 is this machine; names as in a pod; and nothing that outlives its first process.
const PREPARE = `set -e
mount --make-rprivate /
mount --bind "$E2E_FOLDER/resolv.conf" /etc/resolv.conf
ip link set lo up
ip route add local 10.244.0.0/16 dev lo
exec "$@"`;
const RESOLV_CONF = `nameserver 10.244.0.10
search fairlead-e2e.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
`;

/**
 * The suite against a real API server: one of a user, named by KUBECONFIG, or a control plane of our own, which lives in
 * namespaces of its own and is gone with them.
 */
export async function run(args) {
  await ensureBuilt();
  if (process.env.KUBECONFIG) return runAgainstCluster(args);
  const reason = await whySkipped();
  if (reason !== undefined) {
    process.stdout.write(`skipped: ${reason}\n`);
    return;
  }
  await runOnOurOwn(await ensureControlPlane(), args);
}

/**
 * Why there cannot be a control plane here, or undefined. Builds it, when it can be built and is not there yet.
 *
 * @returns {Promise<string | undefined>}
 */
export async function whySkipped() {
  if (platform() !== 'linux') return 'it needs network namespaces, which only Linux has';
  for (const tool of ['unshare', 'ip', 'mount', 'openssl']) {
    if (spawnSync(tool, ['--help']).error !== undefined) return `${tool} is not installed`;
  }
  if (namespaceFlags() === undefined)
    return 'neither root nor user namespaces are to be had (`unshare -rn` is refused)';
  if (isBuilt()) return undefined;
  if ((await goVersion()) === undefined) return 'the control plane is not built yet, and Go is not installed';
  try {
    await ensureControlPlane();
    return undefined;
  } catch (error) {
    if (error instanceof ModulesUnavailable) return error.message;
    throw error;
  }
}

/** As root, or else as a user who is root inside. Whether it works, only trying tells. */
function namespaceFlags() {
  const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
  const test = ['sh', '-c', 'mount --make-rprivate / && ip link set lo up'];
  return [flags, ['--map-root-user', ...flags]].find((each) => spawnSync('unshare', [...each, ...test]).status === 0);
}

async function runOnOurOwn(binaries, args) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'));
  writeFileSync(join(folder, 'resolv.conf'), RESOLV_CONF);
  const main = fromRoot('e2e/kubernetes/cluster/main.mjs');
  const inside = ['sh', '-c', PREPARE, 'sh', process.execPath, main, toolPath('jest'), ...CONFIG, ...args];
  try {
    await untilEnd(['unshare', ...namespaceFlags(), ...inside], { E2E_BINARIES: binaries, E2E_FOLDER: folder });
  } finally {
    // For who wants to read the logs of the control plane.
    if (process.env.E2E_KEEP) process.stderr.write(`Kept: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `unshare` ignores the signals that would end it; killed, it takes everything in its namespaces with it. The pipe tells what
 * is inside when we are killed ourselves.
 */
async function untilEnd([command, ...args], env) {
  const child = spawn(command, args, {
    cwd: rootDirectory,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  let interrupted;
  const end = (signal) => {
    interrupted = signal;
    child.kill('SIGKILL');
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  const code = await new Promise((resolve) => child.once('close', resolve));
  process.off('SIGINT', end).off('SIGTERM', end);
  if (code !== 0) throw new CommandFailed(`e2e:kubernetes: ended with ${interrupted ?? code}`, code ?? 1);
}

async function runAgainstCluster(args) {
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  await runTool('jest', [...CONFIG, ...args], { nodeArgs });
}
