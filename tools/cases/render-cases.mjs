import { TOPICS } from './case-lists.mjs';
import { resolve } from './recorded-run.mjs';
import { parseReference } from './reference.mjs';

const BEGIN = `# Cases of other projects' tests

What the projects that we learn from test, case by case and under the names that they give, and the tests of ours that
show the same. Nothing is left out: a case that means nothing for a client like ours says why, and one that nothing of
ours covers yet says **open**.

This page is written by \`npm run cases\`, which runs all tests and takes the results from their report. A test of the tools
holds it to the lists in [cases](cases), to the [record of the run](cases-run.json) and to the sources: each test that is
named exists, and passed. \`npm run verify\` asks the same of its own run.
`;

/** @param {import('./case-lists.mjs').CaseList[]} lists @param {import('./recorded-run.mjs').RecordedRun} run */
export function renderCases(lists, run) {
  const sections = TOPICS.flatMap((topic) => {
    const own = lists.filter((list) => list.topic === topic);
    return own.length === 0 ? [] : [`## ${topic}`, ...own.map((list) => renderList(list, run))];
  });
  const versions = run.grpcJs.join(' and ');
  const how = `The run: Node ${run.node}, grpc-js ${versions}. _Passed twice_ is with each version of grpc-js.`;
  return `${[BEGIN.trimEnd(), how, renderSums(lists), ...sections].join('\n\n')}\n`;
}

function renderSums(lists) {
  const rows = TOPICS.flatMap((topic) => {
    const cases = lists.filter((list) => list.topic === topic).flatMap((list) => list.cases);
    const count = (key) => cases.filter((each) => each[key] !== undefined).length;
    const cells = [topic, cases.length, count('tests'), count('notApplicable'), count('open')];
    return cases.length === 0 ? [] : [row(cells)];
  });
  return [row(['topic', 'cases', 'tested', 'do not apply', 'open']), row(Array(5).fill('---')), ...rows].join('\n');
}

function renderList({ source, url, about, reasons = {}, cases }, run) {
  const rows = cases.map((each) => row([code(each.case), ours(each), result(each, run, reasons)]));
  const lines = [`### [${source}](${url})`, ''];
  if (about !== undefined) lines.push(about, '');
  return [...lines, row(['case', 'ours', 'result']), row(Array(3).fill('---')), ...rows].join('\n');
}

function ours({ tests = [], note }) {
  const links = tests.map((text) => {
    const { file, titles } = parseReference(text);
    const name = file
      .split('/')
      .at(-1)
      .replace(/(\.integration)?\.test\.ts$/, '');
    return `[${name}](../../packages/${file}) › ${titles.join(' › ').replaceAll('*', '\\*')}`;
  });
  return [...links, ...(note === undefined ? [] : [`_${note}_`])].join('<br>') || '–';
}

function result({ tests, open, notApplicable }, run, reasons) {
  if (open !== undefined) return `**open**: ${open}`;
  if (notApplicable !== undefined) return `does not apply: ${reasons[notApplicable] ?? notApplicable}`;
  const found = tests.map((text) => resolve(run, text));
  if (found.some((each) => each.length === 0)) return '**not in the run**';
  const results = found.flat().map((each) => each.results);
  if (results.flat().some((each) => each !== 'passed')) return '**failed**';
  return results.every((each) => each.length > 1) ? 'passed twice' : 'passed';
}

const code = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

/** A bar would end its cell. */
function row(cells) {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}
