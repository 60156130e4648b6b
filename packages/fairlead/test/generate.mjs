#!/usr/bin/env node
// Writes test/generated/ from test/proto/: `node packages/fairlead/test/generate.mjs`. Its result is committed, so that the
// tests need no compiler; they run it again and compare.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bin = resolve(here, '../node_modules/.bin');
const out = resolve(process.argv[2] ?? join(here, 'generated'));

mkdirSync(out, { recursive: true });
execFileSync(
  join(bin, 'protoc'),
  [
    `--plugin=protoc-gen-ts_proto=${join(bin, 'protoc-gen-ts_proto')}`,
    `--ts_proto_out=${out}`,
    '--ts_proto_opt=outputServices=grpc-js,esModuleInterop=true,importSuffix=.js',
    `--proto_path=${join(here, 'proto')}`,
    'echo.proto',
  ],
  { stdio: 'inherit' },
);
