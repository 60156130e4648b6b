import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

const UNSUPPORTED = ['exec', 'auth-provider', 'username'];

/** Reads the current context of a kubeconfig. */
export function readKubeconfig(path) {
  const config = parse(readFileSync(path, 'utf8'));
  const find = (list, name) => config[list]?.find((each) => each.name === name);
  const context = find('contexts', config['current-context'])?.context;
  if (context === undefined) throw new Error(`${path}: it has no current-context`);
  const cluster = find('clusters', context.cluster)?.cluster ?? {};
  const user = find('users', context.user)?.user ?? {};
  const plugin = UNSUPPORTED.find((field) => user[field]);
  if (plugin !== undefined) {
    throw new Error(`${path}: a user with ${plugin} is not supported here: use a token or a client certificate`);
  }
  const value = (fields, name) => {
    const data = fields[`${name}-data`];
    if (data !== undefined) return Buffer.from(data, 'base64').toString();
    return fields[name] && readFileSync(resolve(dirname(path), fields[name]), 'utf8');
  };
  return {
    server: cluster.server,
    ca: value(cluster, 'certificate-authority'),
    skipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
    cert: value(user, 'client-certificate'),
    key: value(user, 'client-key'),
    token: user.token ?? (user.tokenFile && readFileSync(resolve(dirname(path), user.tokenFile), 'utf8').trim()),
  };
}

/** The text of a kubeconfig of one user, whose `user` has the fields of the format (`token`, `tokenFile`, …). */
export function kubeconfigText({ server, ca, skipTlsVerify, user, namespace = 'default' }) {
  const cluster = {
    server,
    ...(ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(skipTlsVerify && { 'insecure-skip-tls-verify': true }),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster }],
    users: [{ name: 'e2e', user }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e', namespace } }],
  });
}
