import ts from 'typescript';

/**
 * The titles of the tests that a source declares, each after those of its suites. What only a run knows (the values of
 * `test.each`, a title that is computed) is `*`.
 *
 * @param {string} source the text of a test file
 * @returns {string[][]}
 */
export function testTitles(source) {
  const found = [];
  const visit = (node, suites) => {
    const declared = ts.isCallExpression(node) ? declarationOf(node) : undefined;
    if (declared === undefined) return ts.forEachChild(node, (child) => visit(child, suites));
    const titles = [...suites, declared.title];
    if (declared.kind !== 'describe') return found.push(titles) && undefined;
    ts.forEachChild(node, (child) => visit(child, titles));
  };
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest), []);
  return found;
}

/** `test(title, …)`, `describe.each(…)(title, …)` and the like. */
function declarationOf({ expression, arguments: [title] }) {
  const table = ts.isCallExpression(expression) ? expression.expression : undefined;
  const each = table !== undefined && ts.isPropertyAccessExpression(table) && table.name.text === 'each';
  const callee = each ? table.expression : expression;
  const name = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  if (!ts.isIdentifier(name) || !['test', 'it', 'describe'].includes(name.text) || title === undefined)
    return undefined;
  const text = patternOf(title);
  return { kind: name.text, title: each ? text.replaceAll(/%[a-z%#]|\$[\w.#]+/gi, '*') : text };
}

function patternOf(title) {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return '*';
  return [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)].join('*');
}
