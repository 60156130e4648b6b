import { readFile } from 'node:fs/promises';

/** The text of a file of the system's, or none where there is no such file. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
