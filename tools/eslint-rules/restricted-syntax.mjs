/** Constructs that have a better twin in this code base. Lists, because ESLint replaces the setting, it does not merge. */
export const oneWayToWriteIt = [
  {
    // A private constructor has no # form.
    selector:
      ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility="private"]',
    message: 'Use #private: the private of TypeScript is gone at run time, and shows in the emitted types.',
  },
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of strings: two copies of an enum (ESM and CommonJS, two versions) are different types.',
  },
];

/** `index.ts` says what is public; a re-export elsewhere is a second, hidden list. */
export const onlyIndexReExports = [
  { selector: 'ExportAllDeclaration', message: 'Only index.ts files re-export.' },
  { selector: 'ExportNamedDeclaration[source]', message: 'Only index.ts files re-export.' },
];
