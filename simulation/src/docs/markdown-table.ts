/** A table of Markdown; the first column always stands to the left. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  others: 'left' | 'right',
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, index) => (index > 0 && others === 'right' ? '---:' : '---'));
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}
