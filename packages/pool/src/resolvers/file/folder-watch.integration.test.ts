import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { VirtualClock } from '@fairlead/testing';
import { CEILING_MS, until } from '../../../test/support/harness.js';
import { FolderWatch } from './folder-watch.js';

test(
  'a folder that is made anew is watched, also where it gets the inode of the one before',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
    const clock = new VirtualClock();
    const watch = new FolderWatch(folder, 60_000, clock);
    let changes = 0;
    watch.start(() => (changes += 1));
    /** Something was heard, and is told when it was gathered. */
    const heard = async (): Promise<void> => {
      await until(() => clock.pendingTimers === 2);
      clock.advance(50);
    };
    await heard();
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await heard();
    clock.advance(60_000);
    await heard();
    const before = changes;
    writeFileSync(join(folder, 'pods.json'), '');
    await heard();
    expect(changes).toBe(before + 1);
    watch.close();
    expect(clock.pendingTimers).toBe(0);
    rmSync(folder, { recursive: true });
  },
  CEILING_MS,
);
