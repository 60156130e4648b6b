import { spawn } from 'node:child_process';
import { fromRoot, readJson, rootDirectory } from './workspace.mjs';

/** A command ended with a status other than 0, or by a signal. */
export class CommandFailed extends Error {
  /**
   * @param {string} what the command line and how it ended
   * @param {number} exitCode the status to pass on
   * @param {string} [output] what it printed, when that was captured and nobody has seen it yet
   */
  constructor(what, exitCode, output = '') {
    super(output === '' ? what : `${output.trimEnd()}\n${what}`);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/**
 * Runs a command to its end, without a shell. Rejects with {@link CommandFailed} unless it exits with 0.
 *
 * `quiet` captures the output, which is returned, and shown only in the error; otherwise the command shares our terminal.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {Promise<string>}
 */
export function runCommand(command, args, { cwd = rootDirectory, env = process.env, quiet = false } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
  return new Promise((resolve, reject) => {
    // npm and npx are batch files on Windows, which only a shell can start.
    const child = spawn(command, args, { cwd, env, stdio, shell: process.platform === 'win32' });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => reject(new CommandFailed(`${command}: ${error.message}`, 127)));
    child.once('close', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      if (code === 0) resolve(output);
      else
        reject(new CommandFailed(`${[command, ...args].join(' ')}: ended with ${signal ?? code}`, code ?? 1, output));
    });
  });
}

/** Runs a script with the Node that runs us. */
export function runNode(args, options) {
  return runCommand(process.execPath, args, options);
}

/**
 * Runs the command line tool of an installed npm package with the Node that runs us. The scripts in node_modules/.bin
 * are not used: they differ by platform.
 *
 * @param {string} packageName as in the root's node_modules; its only or its like-named `bin` is run
 */
export function runTool(packageName, args, { nodeArgs = [], ...options } = {}) {
  return runNode([...nodeArgs, toolPath(packageName), ...args], options);
}

/** The script file of an installed package's command line tool. */
export function toolPath(packageName) {
  const { bin } = readJson(fromRoot('node_modules', packageName, 'package.json'));
  const script = typeof bin === 'string' ? bin : (bin[packageName] ?? Object.values(bin)[0]);
  return fromRoot('node_modules', packageName, script);
}
