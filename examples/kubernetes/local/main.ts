// Both services of the blog without a cluster: npm run blog
import { writeFileSync } from 'node:fs';
import { readOptions } from '../../rolling-update/option-values.js';
import { parseOptions, USAGE } from './options.js';
import { resultTable } from './result-table.js';
import { runSetUp, STORAGE_PODS, USERS, type SetUpResult } from './run-set-up.js';
import { shareBars } from './share-bars.js';
import { sharePicture } from './share-picture.js';

const options = readOptions(() => parseOptions(process.argv.slice(2)), USAGE);
if (options !== undefined) {
  const { setUps, seed, seconds, svg, json } = options;
  process.stderr.write(
    `${USERS} users read through one pod of post-api from ${STORAGE_PODS} of post-storage, ${seconds} s in each of ` +
      `${setUps.length} set-ups, seed ${seed}.\n\n`,
  );
  const results: SetUpResult[] = [];
  for (const setUp of setUps) {
    process.stderr.write(`${setUp.title} …\n`);
    results.push(await runSetUp(setUp, options));
  }
  process.stdout.write(`\nShares of the reads, as the pods of post-storage counted them\n\n${shareBars(results)}\n`);
  process.stdout.write(`${resultTable(results)}\n`);
  writeFileSync(svg, await sharePicture(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ seed, seconds, results }, null, 2)}\n`);
  process.stdout.write(`\nThe same as a picture: ${svg}\n`);
}
