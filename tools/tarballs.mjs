import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runTool } from './command.mjs';
import { combineHashes, contentHash, isStamped, writeStamp } from './content-stamp.mjs';
import { withLock } from './lock.mjs';
import { buildDirectory, fromRoot, publishedPackages, tarballDirectory } from './workspace.mjs';

/**
 * Packs every published package into tarballs/ as `pnpm publish` would: workspace ranges become real versions,
 * `publishConfig` replaces `exports`, and the root's LICENSE goes into each.
 *
 * @returns {Promise<{ name: string, file: string }[]>} in dependency order
 */
export async function ensureTarballs() {
  await ensureBuilt({ publishedOnly: true });
  const packages = publishedPackages();
  const stampFile = join(buildDirectory, 'stamps', 'tarballs');
  await withLock('tarballs', async () => {
    const hash = inputHash(packages);
    if (isStamped(stampFile, hash) && packages.every((each) => existsSync(join(tarballDirectory, fileName(each)))))
      return;
    rmSync(tarballDirectory, { recursive: true, force: true });
    mkdirSync(tarballDirectory);
    for (const each of packages) {
      await runTool('pnpm', ['pack', '--pack-destination', tarballDirectory], { cwd: each.directory, quiet: true });
    }
    writeStamp(stampFile, hash);
  });
  return packages.map((each) => ({ name: each.name, file: join(tarballDirectory, fileName(each)) }));
}

function inputHash(packages) {
  const files = packages.map(({ directory }) =>
    contentHash(['lib', 'README.md', 'package.json'].map((name) => join(directory, name))),
  );
  return combineHashes([contentHash([fromRoot('LICENSE'), fromRoot('pnpm-lock.yaml')]), ...files]);
}

/** npm's rule: `@scope/name` becomes `scope-name-<version>.tgz`. */
function fileName({ name, manifest }) {
  return `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
}
