import { expect, test } from '@jest/globals';
import { formatTable } from './table.js';

test('names stand to the left, figures to the right, and no line ends with blanks', () => {
  const rows = [
    ['peak_ewma', '36214', '100.000'],
    ['pick_first', '7', 'inf'],
  ];
  expect(formatTable(['policy', 'calls', 'ok %'], rows).split('\n')).toEqual([
    'policy      calls     ok %',
    '----------  -----  -------',
    'peak_ewma   36214  100.000',
    'pick_first      7      inf',
  ]);
});
