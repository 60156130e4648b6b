import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { certificateFile, serverCredentials, type Identity } from '../../test/support/certificates.js';
import { EchoClient, unary, type Echo, type EchoServer } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import type { PoolOptions } from '../options.js';
import type { Pool } from '../pool.js';
import { CertificateFiles } from './certificate-files.js';
import { fileCredentials, type FileCredentials } from './file-credentials.js';

/** What a Secret has, by the names that cert-manager gives its parts. */
type Secret = Readonly<Partial<Record<'ca.crt' | 'tls.crt' | 'tls.key', string>>>;

const secretOf = (identity: Identity, roots = 'ca'): Secret => ({
  'ca.crt': `${roots}.pem`,
  'tls.crt': `${identity}.pem`,
  'tls.key': `${identity}.key`,
});

/** A directory as the kubelet mounts a Secret: `tls.crt → ..data/tls.crt`, `..data → ..2025_01_01`, swapped at once. */
class SecretVolume {
  readonly path = mkdtempSync(join(tmpdir(), 'fairlead-secret-'));
  #version = 0;

  constructor(secret: Secret) {
    for (const name of ['ca.crt', 'tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(this.path, name));
    this.swap(secret);
  }

  swap(secret: Secret): void {
    const directory = `..version_${(this.#version += 1)}`;
    mkdirSync(join(this.path, directory));
    for (const [name, file] of Object.entries(secret)) {
      copyFileSync(certificateFile(file), join(this.path, directory, name));
    }
    symlinkSync(directory, join(this.path, '..data_tmp'));
    renameSync(join(this.path, '..data_tmp'), join(this.path, '..data'));
  }

  /** As a program does that knows nothing of volumes: this file only, in place. */
  write(name: keyof Secret, content: string | Buffer): void {
    writeFileSync(join(this.path, name), content);
  }

  credentials(refreshIntervalMs = 1_000): FileCredentials {
    const file = (name: string): string => join(this.path, name);
    return fileCredentials({
      rootCertsFile: file('ca.crt'),
      privateKeyFile: file('tls.key'),
      certChainFile: file('tls.crt'),
      refreshIntervalMs,
    });
  }
}

let harness: Harness;
let volume: SecretVolume;

beforeEach(() => {
  harness = new Harness();
  volume = new SecretVolume(secretOf('client'));
});

afterEach(async () => {
  await harness.close();
  rmSync(volume.path, { recursive: true });
});

function poolOf(servers: readonly EchoServer[], credentials: grpc.ChannelCredentials, options: PoolOptions = {}): Pool {
  const resolver = new ManualResolver();
  resolver.push(servers.map(({ port }) => endpointAt({ kind: 'tcp', host: '127.0.0.1', port })));
  const resolvers = [manualResolverFactory('test', resolver)];
  return harness.pool('test:///greeter.prod:50051', { resolvers, ...options }, credentials);
}

const mutualServer = (): Promise<EchoServer> => harness.server('127.0.0.1:0', serverCredentials('greeter', true));

/** The names that the client called itself, in order. */
const callers = (server: EchoServer): readonly string[] => [...new Set(server.callers)];

describe('a pool with credentials from files', () => {
  test('brings every connection over to a renewed certificate under load, and no call fails', async () => {
    const servers = await Promise.all([mutualServer(), mutualServer(), mutualServer()]);
    const pool = poolOf(servers, volume.credentials());
    const client = harness.client(pool);
    await pool.ready();
    const rotated = new Set<string>();
    pool.on('rotated', ({ endpoint, reason }) => rotated.add(`${endpoint.id} ${reason}`));
    const changes: unknown[] = [];
    await until(() => pool.snapshot().members.every(({ connectivity }) => connectivity === 'ready'));
    pool.on('member', (change) => changes.push(change));
    await unary(client, 'x');
    volume.swap(secretOf('client-renewed'));
    while (rotated.size < servers.length) {
      await Promise.all(Array.from({ length: 4 }, () => unary(client, 'x')));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const server of servers) server.callers.length = 0;
    await Promise.all(Array.from({ length: 40 }, () => unary(client, 'x')));
    expect([...rotated].every((one) => one.endsWith(' credentials'))).toBe(true);
    expect(servers.map(callers)).toEqual(servers.map(() => ['client-renewed']));
    expect(changes).toEqual([]);
    await until(() => harness.sockets.filter((socket) => !socket.destroyed).length === servers.length);
  }, 30_000);

  test('trusts a new authority from the next connection on', async () => {
    const server = await harness.server('127.0.0.1:0', serverCredentials('other-greeter'));
    const pool = poolOf([server], volume.credentials(), { 'grpc.initial_reconnect_backoff_ms': 100_000 });
    const client = harness.client(pool);
    await expect(unary(client, 'x')).rejects.toMatchObject({
      details: expect.stringContaining('no authority that the client trusts'),
    });
    volume.swap(secretOf('client', 'other-ca'));
    await until(() => pool.snapshot().state === 'READY');
    expect(await unary(client, 'x')).toBe('x');
  });

  test('keeps the last good ones while key and certificate do not match, and says so once', async () => {
    const server = await mutualServer();
    const pool = poolOf([server], volume.credentials());
    const warnings: string[] = [];
    pool.on('warning', ({ code, message }) => warnings.push(`${code} ${message}`));
    const client = harness.client(pool);
    await unary(client, 'x');
    const renewed = secretOf('client-renewed');
    volume.swap({ ...secretOf('client'), 'tls.key': renewed['tls.key']! });
    await until(() => warnings.length > 0);
    server.goAway();
    await until(() => harness.sockets.length > 1);
    expect(await unary(client, 'x')).toBe('x');
    expect(callers(server)).toEqual(['client']);
    const file = (name: string): string => join(volume.path, name);
    expect(warnings).toEqual([
      `credentials-stale older credentials stay in use: ${file('tls.crt')}: ` +
        `its certificate does not belong to the key in ${file('tls.key')}`,
    ]);
    volume.swap(renewed);
    await new Promise<void>((resolve) => pool.on('rotated', () => resolve()));
    await unary(client, 'x');
    expect(callers(server)).toEqual(['client', 'client-renewed']);
  }, 30_000);

  test('names the file and the reason in the error of a call when there never were good ones, and goes on when there are', async () => {
    const server = await mutualServer();
    volume.swap({ 'ca.crt': 'ca.pem', 'tls.crt': 'client.pem' });
    const pool = poolOf([server], volume.credentials());
    const client = harness.client(pool);
    const reason = `connect to 127.0.0.1:${server.port} failed: ${join(volume.path, 'tls.key')}: it cannot be read (ENOENT)`;
    await expect(unary(client, 'x')).rejects.toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: expect.stringContaining(reason),
    });
    expect(pool.explain()).toContain(reason);
    volume.swap(secretOf('client'));
    await until(() => pool.snapshot().state === 'READY');
    expect(await unary(client, 'x')).toBe('x');
  }, 30_000);

  test('is renewed together with call credentials that are combined with them', async () => {
    const server = await mutualServer();
    const token = grpc.credentials.createFromMetadataGenerator((_, callback) => {
      const metadata = new grpc.Metadata();
      metadata.set('x-token', 'one');
      callback(null, metadata);
    });
    const pool = poolOf([server], grpc.credentials.combineChannelCredentials(volume.credentials(), token));
    const client = harness.client(pool);
    await unary(client, 'x');
    volume.swap(secretOf('client-renewed'));
    await new Promise<void>((resolve) => pool.on('rotated', () => resolve()));
    await unary(client, 'x');
    expect(callers(server)).toEqual(['client', 'client-renewed']);
    expect(server.received.map((metadata) => metadata.get('x-token'))).toEqual([['one'], ['one']]);
  }, 30_000);
});

describe('a channel of grpc-js with credentials from files', () => {
  const options = { 'grpc.ssl_target_name_override': 'greeter.prod', 'grpc.use_local_subchannel_pool': 1 };

  test('makes each connection with the files of its time', async () => {
    const server = await mutualServer();
    const credentials = volume.credentials();
    expect(credentials).toBeInstanceOf(grpc.ChannelCredentials);
    const client = new EchoClient(server.address, credentials, options) as unknown as Echo;
    await unary(client, 'x');
    volume.swap(secretOf('client-renewed'));
    await unary(client, 'x');
    expect(callers(server)).toEqual(['client']);
    server.goAway();
    await until(() => client.getChannel().getConnectivityState(false) !== grpc.connectivityState.READY);
    await unary(client, 'x');
    expect(callers(server)).toEqual(['client', 'client-renewed']);
    client.close();
  });

  test('is told the file and the reason', async () => {
    const server = await mutualServer();
    volume.write('tls.crt', '');
    const client = new EchoClient(server.address, volume.credentials(), options) as unknown as Echo;
    await expect(unary(client, 'x')).rejects.toMatchObject({
      details: expect.stringContaining(`${join(volume.path, 'tls.crt')}: there is no certificate in PEM in it`),
    });
    client.close();
  });
});

describe('files that cannot be used', () => {
  const half = (name: string): string => certificate(name).slice(0, 200);
  const certificate = (name: string): string => String(readFileSync(certificateFile(name)));

  test.each<[string, keyof Secret, () => string, RegExp]>([
    ['an empty CA', 'ca.crt', () => '', /ca\.crt: there is no certificate in PEM in it$/],
    ['half a CA', 'ca.crt', () => half('ca.pem'), /ca\.crt: a certificate in it has no end$/],
    [
      'a second certificate that is cut off',
      'tls.crt',
      () => certificate('client.pem') + half('ca.pem'),
      /tls\.crt: a certificate in it has no end$/,
    ],
    [
      'a damaged certificate',
      'tls.crt',
      () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /tls\.crt: a certificate in it is damaged \(.+\)$/,
    ],
    ['no key', 'tls.key', () => certificate('client.pem'), /tls\.key: there is no private key in PEM in it that can/],
    [
      'the key of another',
      'tls.key',
      () => certificate('greeter.key'),
      /tls\.crt: its certificate does not belong to the key in .*tls\.key$/,
    ],
  ])('are refused by load(), the file and the reason are named: %s', (_, name, content, message) => {
    volume.write(name, content());
    expect(() => volume.credentials().load()).toThrow(
      expect.objectContaining({ code: 'FAIRLEAD_UNUSABLE_CREDENTIALS', message: expect.stringMatching(message) }),
    );
  });

  test('do not take the place of good ones, and good ones take theirs', () => {
    const credentials = volume.credentials().load();
    const good = credentials.currentCredentials();
    expect(credentials.currentCredentials()).toBe(good);
    volume.write('tls.key', '');
    expect(credentials.currentCredentials()).toBe(good);
    expect(credentials.credentialsProblem?.message).toMatch(/tls\.key: /);
    volume.swap(secretOf('client'));
    expect(credentials.currentCredentials()).toBe(good);
    expect(credentials.credentialsProblem).toBeUndefined();
    volume.swap(secretOf('client-renewed'));
    expect(credentials.currentCredentials()).not.toBe(good);
  });

  test('are read again when the volume is swapped between two of them, but not for ever', () => {
    const paths = {
      rootCertsFile: join(volume.path, 'ca.crt'),
      privateKeyFile: join(volume.path, 'tls.key'),
      certChainFile: join(volume.path, 'tls.crt'),
    };
    let swaps = 1;
    const secrets = [secretOf('client'), secretOf('client-renewed')];
    const readFile = (file: string): Buffer => {
      const content = readFileSync(file);
      if (file.endsWith('tls.key') && swaps-- > 0) volume.swap(secrets[0]!);
      return content;
    };
    volume.swap(secrets[1]!);
    const files = new CertificateFiles(paths, undefined, readFile);
    files.latest();
    expect(files.problem).toBeUndefined();
    swaps = Infinity;
    volume.swap(secrets[1]!);
    files.latest();
    expect(files.problem?.message).toMatch(/changes while it is being read$/);
    swaps = 0;
    files.latest();
    expect(files.problem).toBeUndefined();
  });

  test('may be missing altogether', () => {
    rmSync(join(volume.path, 'ca.crt'));
    expect(() => volume.credentials().load()).toThrow(/ca\.crt: it cannot be read \(ENOENT\)$/);
  });
});
