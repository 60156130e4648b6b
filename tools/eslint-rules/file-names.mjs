import { basename } from 'node:path';

const VAGUE = /^(?:utils?|common|helpers?|misc|types?|shared|constants)$/;
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** One concept per file, named after it: a drawer called "utils" has no reason to stop growing, and nobody finds anything in it. */
export const fileNames = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      vague: '{{name}}: name the file after the one concept that it holds.',
      kebab: '{{name}}: file names are kebab-case, after the main export.',
    },
    docs: { description: 'files are named after their one concept' },
  },
  create(context) {
    const name = basename(context.filename);
    const stem = name.replace(/(?:\.integration)?(?:\.test|\.bench|\.config|\.d)?\.m?ts$/, '');
    const messageId = VAGUE.test(stem) ? 'vague' : KEBAB.test(stem) ? undefined : 'kebab';
    return { Program: (node) => messageId && context.report({ node, messageId, data: { name } }) };
  },
};
