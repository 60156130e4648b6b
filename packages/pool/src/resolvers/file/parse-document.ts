/**
 * The value of a text: YAML in a file that says so by its name, else JSON.
 *
 * `yaml` is loaded when there is such a file, and is no dependency of this package: `fairlead` brings it, others install it.
 *
 * @throws Error with the place where the text is wrong.
 */
export async function parseDocument(text: string, path: string): Promise<unknown> {
  // Editors on Windows put a byte order mark there. YAML knows it; JSON lets a reader pass it over (RFC 8259, section 8.1).
  if (!/\.ya?ml$/i.test(path)) return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  const { parse } = await loadYaml();
  return parse(text) as unknown;
}

async function loadYaml(): Promise<typeof import('yaml')> {
  try {
    return await import('yaml');
  } catch (error) {
    throw new Error('YAML needs the package `yaml` (npm install yaml)', { cause: error });
  }
}
