const DISABLE = /^\s*eslint-disable(?:-next-line|-line)?\b/;
const EXPLAINED = /^\s*eslint-disable(?:-next-line|-line)?\s+\S[^]*?\s--\s+\S/;

/** An exception that does not say why outlives its reason; one that names no rule hides more than was meant. */
export const explainedDisables = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { bare: 'Name the rule and the reason: eslint-disable-next-line <rule> -- <why>.' },
    docs: { description: 'every eslint-disable names its rule and says why' },
  },
  create(context) {
    const check = (comment) => {
      if (DISABLE.test(comment.value) && !EXPLAINED.test(comment.value)) {
        context.report({ loc: comment.loc, messageId: 'bare' });
      }
    };
    return { Program: () => context.sourceCode.getAllComments().forEach(check) };
  },
};
