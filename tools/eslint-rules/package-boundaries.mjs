import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { importRules, isOurs, packageNameOf } from '../import-rules.mjs';
import { rootDirectory } from '../workspace.mjs';

const messages = {
  arrow: '{{folder}} must not import {{name}}: the arrows of tools/import-rules.mjs allow {{allowed}}.',
  builtin: '{{folder}} must not import {{name}}: it does no I/O and keeps no time, so that it runs in virtual time.',
  deep: '{{specifier}}: import the package by its name only; what its index.ts does not export is not public.',
  escape: '{{specifier}} leaves the package: import the other package by its name.',
  folder: '{{folder}} may import {{name}} in src/{{only}}/ only: see tools/import-rules.mjs.',
  self: '{{specifier}}: a package does not import itself by name; use a relative path.',
};

/**
 * Keeps the arrows between packages. ESLint's no-restricted-imports cannot do it: it sees the text of a specifier, but not
 * where a relative one leads, and it cannot say "nothing but these".
 */
export const packageBoundaries = {
  meta: { type: 'problem', schema: [], messages, docs: { description: 'imports follow the arrows between packages' } },
  create(context) {
    const place = placeOf(context.filename);
    if (place === undefined) return {};
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      const problem = problemOf(place, source.value);
      if (problem) context.report({ node: source, ...problem });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};

/** Where a file stands: its package's folder, under packages/ or at the top, and whether it is a test. */
function placeOf(filename) {
  const parts = relative(rootDirectory, filename).split(sep);
  const depth = parts[0] === 'packages' ? 2 : parts[0] === 'simulation' ? 1 : 0;
  const [folder, rest] = [parts[depth - 1], parts.slice(depth)];
  if (folder === undefined) return undefined;
  const isTest = rest[0] === 'test' || /\.test\.ts$/.test(rest.at(-1) ?? '');
  const directory = resolve(rootDirectory, ...parts.slice(0, depth));
  return { folder, filename, isTest, directory, concern: rest[1], rule: importRules[folder] };
}

function problemOf(place, specifier) {
  const data = { folder: place.folder, specifier, name: packageNameOf(specifier), allowed: '' };
  if (specifier.startsWith('.')) return escapes(place, specifier) ? { messageId: 'escape', data } : undefined;
  if (isOurs(specifier) && specifier !== data.name) return { messageId: 'deep', data };
  if (place.isTest) return undefined;
  return sourceProblem(place, specifier, data);
}

function sourceProblem({ folder, concern, rule }, specifier, data) {
  if (data.name === (folder === 'fairlead' ? 'fairlead' : `@fairlead/${folder}`)) return { messageId: 'self', data };
  const allowed = [...(rule?.packages ?? []), ...(rule?.external ?? [])];
  if (isBuiltin(specifier))
    return rule?.node === 'any' || rule?.node.includes(specifier) ? undefined : { messageId: 'builtin', data };
  const only = rule?.onlyIn?.[data.name];
  if (only !== undefined && only !== concern) return { messageId: 'folder', data: { ...data, only } };
  if (allowed.includes(data.name)) return undefined;
  return { messageId: 'arrow', data: { ...data, allowed: allowed.join(', ') || 'no import' } };
}

function escapes({ filename, directory }, specifier) {
  return relative(directory, resolve(dirname(filename), specifier)).startsWith('..');
}
