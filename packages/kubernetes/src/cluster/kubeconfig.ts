import { resolve } from 'node:path';
import { fieldsOf, listOf, stringOf, type Fields } from '../api/json-fields.js';
import { KubernetesConfigError } from '../errors/kubernetes-config-error.js';
import type { ClusterConfig, Material } from './cluster-config.js';

/** One file of `KUBECONFIG`, parsed. */
export interface KubeconfigFile {
  readonly path: string;
  /** Relative paths in it start here. */
  readonly directory: string;
  readonly value: unknown;
}

/** An entry of a kubeconfig, and the file that it stands in. */
interface Entry {
  readonly fields: Fields;
  readonly file: KubeconfigFile;
}

/** What other programs would have to be run for, or what would have to be spoken, and is not. */
const UNSUPPORTED: readonly (readonly [field: string, instead: string])[] = [
  ['exec', 'plugins are not run: use a context with a token (kubectl create token), or the address of kubectl proxy'],
  ['auth-provider', 'it was removed from Kubernetes: use a context with a token, or the address of kubectl proxy'],
  ['username', 'it was removed from Kubernetes: use a token or a client certificate'],
  ['as', 'impersonation is not supported: use a context that is the user'],
];

/**
 * The cluster of a context, from one or more files: the first one that has something counts (as for kubectl).
 *
 * @param context default: the `current-context`.
 * @throws KubernetesConfigError
 */
export function clusterOfKubeconfig(files: readonly KubeconfigFile[], context?: string): ClusterConfig {
  const paths = files.map(({ path }) => path).join(', ');
  const name = context ?? firstOf(files, (file) => stringOf(fieldsOf(file.value)['current-context']));
  if (name === undefined) throw new KubernetesConfigError(paths, 'it has no current-context');
  const { fields } = requireEntry(files, paths, 'contexts', 'context', name);
  const cluster = requireEntry(files, paths, 'clusters', 'cluster', stringOf(fields['cluster']));
  const userName = stringOf(fields['user']);
  const user = userName === undefined ? undefined : requireEntry(files, paths, 'users', 'user', userName);
  const namespace = stringOf(fields['namespace']) ?? 'default';
  return { name, source: 'kubeconfig', ...serverOf(cluster), ...identityOf(user), namespace };
}

function serverOf({ fields, file }: Entry): Pick<ClusterConfig, 'server' | 'ca' | 'serverName' | 'skipTlsVerify'> {
  const server = stringOf(fields['server']);
  if (server === undefined || !/^https?:\/\/./.test(server) || !URL.canParse(server)) {
    throw new KubernetesConfigError(file.path, `the server ${JSON.stringify(server)} is no http(s) URL`);
  }
  if (stringOf(fields['proxy-url']) !== undefined) {
    throw new KubernetesConfigError(file.path, 'proxy-url is not supported');
  }
  return {
    server,
    ca: material(fields, 'certificate-authority', file),
    serverName: stringOf(fields['tls-server-name']),
    skipTlsVerify: fields['insecure-skip-tls-verify'] === true,
  };
}

function identityOf(user: Entry | undefined): Pick<ClusterConfig, 'token' | 'clientCertificate'> {
  if (user === undefined) return { token: undefined, clientCertificate: undefined };
  const { fields, file } = user;
  const certificate = material(fields, 'client-certificate', file);
  const key = material(fields, 'client-key', file);
  const tokenFile = stringOf(fields['tokenFile']);
  const token = stringOf(fields['token']);
  for (const [field, instead] of UNSUPPORTED) {
    if (fields[field] !== undefined && fields[field] !== null)
      throw new KubernetesConfigError(file.path, `a user with ${field}: ${instead}`);
  }
  if ((certificate === undefined) !== (key === undefined)) {
    throw new KubernetesConfigError(file.path, 'client-certificate and client-key must stand together');
  }
  return {
    clientCertificate: certificate && key && { certificate, key },
    // tokenFile takes precedence (client-go).
    token:
      tokenFile !== undefined
        ? atPath(tokenFile, file)
        : token === undefined
          ? undefined
          : { kind: 'data', data: token },
  };
}

/** `name` is a path, `name-data` is what it would contain in base64 and takes precedence. */
function material(fields: Fields, name: string, file: KubeconfigFile): Material | undefined {
  const data = stringOf(fields[`${name}-data`]);
  if (data !== undefined) return { kind: 'data', data: Buffer.from(data, 'base64').toString('utf8') };
  const path = stringOf(fields[name]);
  return path === undefined ? undefined : atPath(path, file);
}

function atPath(path: string, { directory }: KubeconfigFile): Material {
  return { kind: 'file', path: resolve(directory, path) };
}

function requireEntry(
  files: readonly KubeconfigFile[],
  paths: string,
  list: string,
  kind: string,
  name: string | undefined,
): Entry {
  if (name === undefined) throw new KubernetesConfigError(paths, `the context names no ${kind}`);
  const found = firstOf(files, (file) => {
    const entry = listOf(fieldsOf(file.value)[list]).find((each) => fieldsOf(each)['name'] === name);
    return entry === undefined ? undefined : { fields: fieldsOf(fieldsOf(entry)[kind]), file };
  });
  if (found === undefined) throw new KubernetesConfigError(paths, `there is no ${kind} named ${JSON.stringify(name)}`);
  return found;
}

function firstOf<T>(files: readonly KubeconfigFile[], find: (file: KubeconfigFile) => T | undefined): T | undefined {
  for (const file of files) {
    const found = find(file);
    if (found !== undefined) return found;
  }
  return undefined;
}
