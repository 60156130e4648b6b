// Every boundary is proven by a snippet that breaks it: a rule that nobody has seen refuse anything may well be off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import tseslint from 'typescript-eslint';
import { createLinter } from '../lint.mjs';
import { fromRoot } from '../workspace.mjs';

// The snippets are not on disk, so the rules that need types are left out; none of the rules tested here does.
const withoutTypes = {
  ...tseslint.configs.disableTypeChecked,
  languageOptions: { parserOptions: { project: null, projectService: false } },
};
const linter = createLinter({ overrideConfig: [withoutTypes] });

async function rulesBrokenBy(code, filePath) {
  const [result] = await linter.lintText(`${code}\n`, fromRoot(filePath));
  return result.messages.map(({ ruleId, message }) => ruleId ?? message);
}

const boundaries = 'fairlead/package-boundaries';
const refused = [
  // Arrows.
  ["export const x = await import('@grpc/grpc-js');", 'packages/core/src/x.ts', boundaries],
  ["import '@grpc/grpc-js';", 'packages/core/src/x.ts', boundaries],
  ["import 'fast-check';", 'packages/core/src/x.ts', boundaries],
  ["import 'node:events';", 'packages/core/src/x.ts', boundaries],
  ["import '@fairlead/pool';", 'packages/core/src/x.ts', boundaries],
  ["import '@fairlead/testing';", 'packages/core/src/x.ts', boundaries],
  ["import '@fairlead/core';", 'packages/core/src/x.ts', boundaries],
  ["import '@fairlead/pool';", 'packages/testing/src/x.ts', boundaries],
  ["import '@fairlead/health';", 'packages/testing/src/x.ts', boundaries],
  ["import '@fairlead/interceptors';", 'packages/pool/src/x.ts', boundaries],
  ["import type { A } from '@fairlead/interceptors';\nexport type B = A;", 'packages/pool/src/x.ts', boundaries],
  ["import '@fairlead/health';", 'packages/pool/src/x.ts', boundaries],
  ["import '@fairlead/kubernetes';", 'packages/pool/src/x.ts', boundaries],
  ["import '@fairlead/testing';", 'packages/pool/src/x.ts', boundaries],
  ["import 'fairlead';", 'packages/pool/src/x.ts', boundaries],
  ["import '@fairlead/pool';", 'simulation/src/x.ts', boundaries],
  ["import '@grpc/grpc-js';", 'simulation/src/x.ts', boundaries],
  ["import '@fairlead/pool';", 'packages/interceptors/src/x.ts', boundaries],
  ["import '@fairlead/pool';", 'packages/health/src/x.ts', boundaries],
  ["import '@fairlead/testing';", 'packages/fairlead/src/x.ts', boundaries],
  ["import '@fairlead/core';", 'packages/not-in-the-rules/src/x.ts', boundaries],
  // One folder each.
  ["import '@opentelemetry/api';", 'packages/interceptors/src/chain.ts', boundaries],
  [
    "import type { Span } from '@opentelemetry/api';\nexport type B = Span;",
    'packages/interceptors/src/retry/x.ts',
    boundaries,
  ],
  ["import '@opentelemetry/api';", 'packages/fairlead/src/telemetry/x.ts', boundaries],
  // Doors.
  ["import '@fairlead/core/src/index.js';", 'packages/pool/src/x.ts', boundaries],
  ["import '@fairlead/core/lib/index.js';", 'packages/pool/src/x.test.ts', boundaries],
  ["import '../../core/src/index.js';", 'packages/pool/src/x.ts', boundaries],
  ["import '../../../core/src/index.js';", 'packages/pool/src/call/x.test.ts', boundaries],
  ["export * from './y.js';", 'packages/pool/src/x.ts', 'no-restricted-syntax'],
  ["export { y } from './y.js';", 'packages/pool/src/x.ts', 'no-restricted-syntax'],
  ["export type { Y } from './y.js';", 'packages/core/src/load/x.ts', 'no-restricted-syntax'],
  // Time and randomness.
  ['export const x = Date.now();', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['export const x = new Date();', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['export const x = Date();', 'packages/core/src/x.test.ts', 'no-restricted-globals'],
  ['export const x = performance.now();', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['setTimeout(() => {}, 1);', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['setInterval(() => {}, 1);', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['setImmediate(() => {});', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['globalThis.setTimeout(() => {}, 1);', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['export const x = crypto.randomUUID();', 'packages/core/src/x.ts', 'no-restricted-globals'],
  ['export const x = process.hrtime.bigint();', 'packages/core/src/x.ts', 'no-restricted-properties'],
  ['export const x = Math.random();', 'packages/core/src/x.ts', 'no-restricted-properties'],
  ['export const { random } = Math;', 'packages/core/src/x.ts', 'no-restricted-properties'],
  ["import 'node:timers';", 'packages/core/src/x.ts', 'no-restricted-imports'],
  ["import 'node:timers/promises';", 'packages/core/src/x.test.ts', 'no-restricted-imports'],
  ["import 'timers/promises';", 'packages/core/src/x.ts', 'no-restricted-imports'],
  ["import 'node:perf_hooks';", 'packages/core/src/x.ts', 'no-restricted-imports'],
  ["import 'node:crypto';", 'packages/core/src/x.ts', 'no-restricted-imports'],
  ["import { connect } from 'node:net';\nconnect(1);", 'packages/core/src/x.ts', 'no-restricted-imports'],
  // One way to write it.
  ['export const x: any = 1;', 'packages/pool/src/x.ts', '@typescript-eslint/no-explicit-any'],
  ['export default 1;', 'packages/pool/src/x.ts', 'no-restricted-exports'],
  ['const x = 1;\nexport { x as default };', 'packages/pool/src/x.ts', 'no-restricted-exports'],
  ['export class X {\n  private readonly y = 1;\n}', 'packages/pool/src/x.ts', 'no-restricted-syntax'],
  ['export enum X {\n  A,\n}', 'packages/pool/src/x.ts', 'no-restricted-syntax'],
  ['void 0;\n'.repeat(301), 'packages/pool/src/x.ts', 'max-lines'],
  ['export const x = 1;', 'packages/pool/src/utils.ts', 'fairlead/file-names'],
  ['export const x = 1;', 'packages/pool/src/common.ts', 'fairlead/file-names'],
  ['export const x = 1;', 'packages/pool/src/helpers.ts', 'fairlead/file-names'],
  ['export const x = 1;', 'packages/pool/src/misc.ts', 'fairlead/file-names'],
  ['export const x = 1;', 'packages/pool/src/types.ts', 'fairlead/file-names'],
  ['export const x = 1;', 'packages/pool/src/PeakEwma.ts', 'fairlead/file-names'],
  [
    '// eslint-disable-next-line eqeqeq\nexport const x = 1 == 2;',
    'packages/pool/src/x.ts',
    'fairlead/explained-disables',
  ],
  ['/* eslint-disable */\nexport const x = 1;', 'tools/x.mjs', 'fairlead/explained-disables'],
  ['/* eslint-disable -- because */\nexport const x = 1;', 'tools/x.mjs', 'fairlead/explained-disables'],
];

for (const [code, path, rule] of refused) {
  test(`${path} may not say ${code.split('\n')[0]}`, async () => {
    assert.ok((await rulesBrokenBy(code, path)).includes(rule), `${rule} did not report it`);
  });
}

const allowed = [
  ["import { isIP } from 'node:net';\nexport const x = isIP('::1');", 'packages/core/src/x.ts'],
  ['export const x = Date.now();', 'packages/core/src/time/system-clock.ts'],
  ['export const x = Math.random();', 'packages/core/src/random/system-random.ts'],
  ["import '@fairlead/testing';\nimport fc from 'fast-check';\nfc.assert;", 'packages/core/src/x.test.ts'],
  ["import '@fairlead/core';\nimport '@grpc/grpc-js';\nimport 'node:net';", 'packages/pool/src/call/x.ts'],
  ["import '@opentelemetry/api';", 'packages/interceptors/src/telemetry/tracing/x.ts'],
  ["import '@opentelemetry/api';", 'packages/interceptors/src/chain.test.ts'],
  ["import '../roster.js';", 'packages/pool/src/call/x.ts'],
  ["import '@fairlead/pool';\nimport '@fairlead/interceptors';", 'packages/fairlead/src/x.ts'],
  ["export * from './y.js';\nexport { z } from './z.js';", 'packages/pool/src/index.ts'],
  ["export * from './y.js';", 'packages/interceptors/src/retry/index.ts'],
  ['export const x = 1 as const;', 'packages/pool/src/call/tracked-call.integration.test.ts'],
  ['export const x = 1 as const;', 'packages/testing/src/cluster/dns-packet.d.ts'],
  ['export class X {\n  private constructor() {}\n}', 'packages/pool/src/x.ts'],
  [
    '// eslint-disable-next-line eqeqeq -- null and undefined mean the same here\nexport const x = 1 == 2;',
    'packages/pool/src/x.ts',
  ],
];

for (const [code, path] of allowed) {
  test(`${path} may say ${code.split('\n')[0]}`, async () => {
    const broken = (await rulesBrokenBy(code, path)).filter((rule) => !rule.includes('no-unused-expressions'));
    assert.deepEqual(broken, []);
  });
}
