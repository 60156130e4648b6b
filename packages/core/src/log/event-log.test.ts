import { VirtualClock } from '@fairlead/testing';
import { beforeEach, expect, jest, test } from '@jest/globals';
import { EventLog } from './event-log.js';

const clock = new VirtualClock();
let lines: unknown[][];
let log: EventLog;

beforeEach(() => {
  lines = [];
  const to =
    (level: string) =>
    (...args: unknown[]): void =>
      void lines.push([level, ...args]);
  log = new EventLog({
    logger: { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') },
    clock,
    target: 'dns:///a:1',
    codes: [{ code: 'member-ready', event: 'member', level: 'info', when: '', fields: ['member'] }],
  });
});

const ready = (member: string) => ({
  code: 'member-ready',
  subject: member,
  message: `pod ${member} is ready`,
  fields: { member },
});

test('a line has the level of its code, a text, the code, the target and the fields', () => {
  log.write(ready('10.0.0.1:1'));
  expect(lines).toEqual([
    [
      'info',
      'dns:///a:1: pod 10.0.0.1:1 is ready',
      { code: 'member-ready', target: 'dns:///a:1', member: '10.0.0.1:1' },
    ],
  ]);
});

test('a code that is not in the table is a warning', () => {
  log.write({ code: 'mine', message: 'hm' });
  expect(lines).toEqual([['warn', 'dns:///a:1: hm', { code: 'mine', target: 'dns:///a:1' }]]);
});

test('one line a second for one code and subject; the next one says how many were left out; there is no timer', () => {
  for (let n = 0; n < 5; n += 1) log.write(ready('10.0.0.1:1'));
  log.write(ready('10.0.0.2:1'));
  log.write({ ...ready('10.0.0.1:1'), code: 'member-lost' });
  expect(lines).toHaveLength(3);
  clock.advance(1_000);
  log.write(ready('10.0.0.1:1'));
  expect(lines[3]).toEqual([
    'info',
    'dns:///a:1: pod 10.0.0.1:1 is ready (4 more like this before)',
    { code: 'member-ready', target: 'dns:///a:1', member: '10.0.0.1:1', omitted: 4 },
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test('a logger that throws loses its lines, and the process is warned once', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const broken = (): never => {
    throw new Error('disk full');
  };
  log = new EventLog({
    logger: { debug: broken, info: broken, warn: broken, error: broken },
    clock,
    target: 'dns:///a:1',
    codes: [],
  });
  log.write(ready('10.0.0.1:1'));
  log.write(ready('10.0.0.2:1'));
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    'The logger of dns:///a:1 threw, and its line is lost: disk full',
  ]);
  warned.mockRestore();
});
