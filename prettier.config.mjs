export default {
  singleQuote: true,
  printWidth: 120,
  // Prose is wrapped by its author: a reflowed paragraph hides in a diff what was really changed.
  proseWrap: 'preserve',
};
