import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KubernetesConfigError } from '../errors/kubernetes-config-error.js';
import type { KubeconfigFile } from './kubeconfig.js';

/**
 * Reads the files of `KUBECONFIG`. One that does not exist is left out, as kubectl does, unless there is no other one.
 *
 * @throws KubernetesConfigError
 */
export async function readKubeconfigFiles(paths: readonly string[]): Promise<readonly KubeconfigFile[]> {
  const files = await Promise.all(paths.map(readKubeconfigFile));
  const found = files.filter((file) => file !== undefined);
  if (found.length === 0) throw new KubernetesConfigError(paths.join(', '), 'no such file');
  return found;
}

async function readKubeconfigFile(path: string): Promise<KubeconfigFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new KubernetesConfigError(path, 'it cannot be read', { cause: error });
  });
  if (text === undefined) return undefined;
  return { path, directory: dirname(resolve(path)), value: await parseYaml(text, path) };
}

async function parseYaml(text: string, path: string): Promise<unknown> {
  // In a cluster nobody needs it, and it takes longer to load than all else here.
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    throw new KubernetesConfigError(path, 'it is no YAML', { cause: error });
  }
}
