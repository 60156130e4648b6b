// The first process of the namespace that `npm run e2e:kubernetes` makes: starts the control plane and the node agent, runs
// the suite, and stops all. Whatever happens to it, the kernel ends everything in here with it.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlPlane, DNS_ADDRESS } from './control-plane.mjs';
import { serveControl } from './control-server.mjs';

const { E2E_BINARIES, E2E_FOLDER } = process.env;
const [jest, ...jestArgs] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ledger = join(E2E_FOLDER, 'ledger');
let stopping = false;

function giveUp(error) {
  if (stopping) return;
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
}

async function startAgent(kubeconfig) {
  const env = { ...process.env, AGENT_KUBECONFIG: kubeconfig, AGENT_POD_SCRIPT: here('../../pods/pod.mjs') };
  const agent = fork(here('node-agent.mjs'), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  agent.once('exit', (code) => giveUp(new Error(`the node agent ended with ${code}`)));
  await once(agent, 'message');
  return agent;
}

async function runSuite(env) {
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const suite = spawn(process.execPath, [...nodeArgs, jest, ...jestArgs], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(suite, 'exit');
  return code ?? 1;
}

// Who started us holds the other end, and sends nothing. Killed, it cannot stop us or clean up.
process.stdin.resume().once('close', () => {
  rmSync(E2E_FOLDER, { recursive: true, force: true });
  giveUp(new Error('whoever started the control plane is gone'));
});

mkdirSync(ledger);
const begun = performance.now();
const controlPlane = new ControlPlane(E2E_FOLDER, E2E_BINARIES, giveUp);
try {
  await controlPlane.start();
  const agent = await startAgent(controlPlane.kubeconfig);
  const socket = join(E2E_FOLDER, 'control.sock');
  const control = serveControl(controlPlane, socket);
  process.stderr.write(`The control plane is ready after ${Math.round(performance.now() - begun)} ms.\n`);
  process.exitCode = await runSuite({
    ...process.env,
    KUBECONFIG: controlPlane.kubeconfig,
    E2E_CONTROL: socket,
    E2E_AUDIT_LOG: controlPlane.auditLog,
    E2E_LEDGER: ledger,
    E2E_DNS: DNS_ADDRESS,
  });
  stopping = true;
  control.close();
  agent.kill('SIGTERM');
} finally {
  stopping = true;
  await controlPlane.stop();
}
process.exit();
