import { readFileSync, writeFileSync } from 'node:fs';

/** Writes the version of the package where its code tells it to OpenTelemetry. All packages have the same. */
const root = new URL('../packages/interceptors/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const file = new URL('src/telemetry/version.ts', root);
const before = readFileSync(file, 'utf8');
writeFileSync(file, before.replace(/VERSION = '.*'/, `VERSION = '${version}'`));
