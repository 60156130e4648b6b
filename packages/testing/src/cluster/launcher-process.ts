import type * as ChildProcess from 'node:child_process';
import type * as FileSystem from 'node:fs';

/** From the cluster to the launcher. `key` names a process, from its launch on. */
export type LauncherCommand =
  | { readonly type: 'launch'; readonly key: number; readonly script: string; readonly env: NodeJS.ProcessEnv }
  | { readonly type: 'tell'; readonly key: number; readonly message: object };

/** From the launcher to the cluster. */
export type LauncherReport =
  | { readonly type: 'started'; readonly key: number; readonly pid: number }
  | { readonly type: 'said'; readonly key: number; readonly message: unknown }
  | { readonly type: 'stderr'; readonly key: number; readonly text: string }
  | { readonly type: 'exited'; readonly key: number; readonly how: string };

/**
 * The program of the launcher, given to `node --eval` as text: it can use nothing but its arguments and the globals of
 * Node.js. That way it needs no file of its own, whatever a bundler makes of this package.
 *
 * It ends with its cluster, however that ends, and takes all pods with it: stopped ones, too, which cannot notice
 * anything themselves.
 */
export function launcherProcess(
  childProcess: typeof ChildProcess,
  fileSystem: typeof FileSystem,
  directoryToRemove: string,
): void {
  const children = new Map<number, ChildProcess.ChildProcess>();
  const report = (message: LauncherReport): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };

  const launch = (key: number, script: string, env: NodeJS.ProcessEnv): void => {
    const child = childProcess.spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const end = (how: string): void => {
      if (children.delete(key)) report({ type: 'exited', key, how });
    };
    children.set(key, child);
    if (child.pid !== undefined) report({ type: 'started', key, pid: child.pid });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => report({ type: 'stderr', key, text }));
    child.on('message', (message) => report({ type: 'said', key, message }));
    child.on('error', (error) => {
      if (child.pid === undefined) end(error.message);
    });
    child.on('exit', (code, signal) => {
      const how = signal ?? `code ${String(code)}`;
      // Its last words come first, unless a process of its own keeps the pipe open.
      child.on('close', () => end(how));
      setTimeout(end, 100, how);
    });
  };

  process.on('message', (command: LauncherCommand) => {
    if (command.type === 'launch') launch(command.key, command.script, command.env);
    else {
      const child = children.get(command.key);
      if (child?.connected === true) child.send(command.message, () => undefined);
    }
  });
  process.on('disconnect', () => {
    for (const child of children.values()) child.kill('SIGKILL');
    fileSystem.rmSync(directoryToRemove, { recursive: true, force: true });
    process.exit();
  });
  // Ctrl-C reaches the whole group; what is stopped would stay if this process went first.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
}
