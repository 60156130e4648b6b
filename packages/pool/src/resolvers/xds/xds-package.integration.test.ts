import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const PACKAGES = join(process.cwd(), 'packages');
const MAKE_POOL = `
  import * as grpc from '@grpc/grpc-js';
  import { Pool } from '@fairlead/pool';
  try {
    new Pool('xds:///greeter', grpc.credentials.createInsecure()).close();
    console.log('made');
  } catch (error) {
    console.log(error.code + ' ' + error.message);
  }
`;

let folder: string;
let modules: string;

/** An application with the built packages, and with no other package than it names. */
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-xds-')));
  modules = join(folder, 'node_modules');
  cpSync(join(PACKAGES, 'pool', 'lib'), join(modules, '@fairlead', 'pool', 'lib'), { recursive: true });
  cpSync(join(PACKAGES, 'pool', 'package.json'), join(modules, '@fairlead', 'pool', 'package.json'));
  symlinkSync(join(PACKAGES, 'core'), join(modules, '@fairlead', 'core'));
  linkGrpc('@grpc/grpc-js', modules);
});

afterEach(() => rmSync(folder, { recursive: true }));

function linkGrpc(name: string, into: string): void {
  mkdirSync(join(into, '@grpc'), { recursive: true });
  symlinkSync(realpathSync(join(PACKAGES, 'pool', 'node_modules', name)), join(into, '@grpc', 'grpc-js'));
}

/** Stands for grpc-js-xds: what is tested is which copies it meets. */
function installXds(source: string): string {
  const path = join(modules, '@grpc', 'grpc-js-xds', 'index.js');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  return dirname(path);
}

function makePool(): string {
  return spawnSync(process.execPath, ['--input-type=module', '-e', MAKE_POOL], { cwd: folder, encoding: 'utf8' })
    .stdout;
}

test('a missing package is named by the error, when the channel is made', () => {
  expect(makePool()).toBe(
    'FAIRLEAD_INVALID_TARGET invalid target "xds:///greeter": xds targets need the package @grpc/grpc-js-xds ' +
      '(npm install @grpc/grpc-js-xds)\n',
  );
}, 30_000);

test('a package with another copy of grpc-js is refused, and the error says where that is', () => {
  const itsModules = join(installXds(`exports.register = () => console.log('registered');`), 'node_modules');
  linkGrpc('grpc-js-1.14.0', itsModules);
  const copy = realpathSync(join(itsModules, '@grpc', 'grpc-js'));
  expect(makePool()).toBe(
    'FAIRLEAD_INVALID_TARGET invalid target "xds:///greeter": @grpc/grpc-js-xds uses another copy of @grpc/grpc-js ' +
      `(${copy}/build/src/index.js) than Fairlead: install one version for both\n`,
  );
}, 30_000);

test('a package that breaks as it is loaded is told of', () => {
  installXds(`throw new Error('no WebAssembly here');`);
  expect(makePool()).toMatch(/: @grpc\/grpc-js-xds cannot be loaded: no WebAssembly here\n$/);
}, 30_000);

test('the package is asked to register when the first such channel is made', () => {
  installXds(`exports.register = () => console.log('registered');`);
  expect(makePool()).toBe('registered\nmade\n');
}, 30_000);
