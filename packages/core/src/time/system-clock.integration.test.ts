import { once } from 'node:events';
import { stat } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { leakCheck } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { systemClock } from './system-clock.js';

/** Asks for a round in the very turn in which a byte was given to the kernel, of which the reader has not heard yet. */
async function orderAfter(enter: (then: () => void) => void): Promise<readonly string[]> {
  const seen: string[] = [];
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.on('data', () => seen.push('read'));
  const [writer] = await Promise.all([accepted, once(reader, 'connect')]);
  await new Promise<void>((resolve) => {
    enter(() => {
      writer.write('x');
      systemClock.nextRound(() => seen.push('cancelled')).cancel();
      systemClock.nextRound(() => resolve(void seen.push('round')));
    });
  });
  reader.destroy();
  writer.destroy();
  return seen;
}

const server = createServer();

test('the loop has come round when what had arrived is read, whatever phase it is asked in', async () => {
  const leaks = leakCheck();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  expect(await orderAfter((then) => setTimeout(then, 1))).toEqual(['read', 'round']);
  expect(await orderAfter((then) => setImmediate(then))).toEqual(['read', 'round']);
  expect(await orderAfter((then) => stat('.', then))).toEqual(['read', 'round']);
  server.close();
  await leaks.assertNothingLeft();
});

test('a round comes although nothing else happens: the loop does not sleep before it', async () => {
  const immediates = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
  const before = immediates();
  const round = new Promise<void>((resolve) => void systemClock.nextRound(resolve));
  expect(immediates()).toBe(before + 1);
  setImmediate(() => expect(immediates()).toBe(before + 1));
  await round;
});
