// A test is referred to as `<package>/<path of the file> › <suite> › <title>`, as jest prints it. A reference may end at a
// suite, which means all of its tests, and `*` in it stands for any text, as for the values of `test.each`.

const SEPARATOR = ' › ';

/** @typedef {{ file: string, titles: readonly string[] }} TestReference */

/** @returns {TestReference} */
export function parseReference(text) {
  const [file, ...titles] = text.split(SEPARATOR);
  return { file, titles };
}

/** The path of a test file, as references and reports name it. */
export function shortName(path) {
  const [, name] = /(?:^|[\\/])packages[\\/](.+)$/.exec(path) ?? [];
  return name?.replaceAll('\\', '/');
}

/** @param {readonly string[]} titles of a test, its suites before its own */
export function refersTo(reference, titles) {
  return reference.titles.length <= titles.length && reference.titles.every((each, n) => matches(each, titles[n]));
}

/** Whether `text` is what `pattern` says; `*` in it is any text. */
export function matches(pattern, text) {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(text);
}
