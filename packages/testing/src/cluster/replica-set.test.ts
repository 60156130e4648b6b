import { expect, test } from '@jest/globals';
import { deletionOrder } from './replica-set.js';

test('pods that are not ready go first, then those ready for the shortest time, then the newer ones', () => {
  const pod = (name: string, ready: boolean, createdAt: number, readyAt?: number) => ({
    name,
    ready,
    times: { createdAt, ...(readyAt === undefined ? {} : { readyAt }) },
  });
  const pods = [
    pod('old', true, 1, 10),
    pod('recent', true, 2, 20),
    pod('starting', false, 4),
    pod('starting-before', false, 3),
    pod('lost-its-readiness', false, 1, 5),
  ];
  const names = deletionOrder(pods).map(({ name }) => name);
  expect(names).toEqual(['starting', 'starting-before', 'lost-its-readiness', 'recent', 'old']);
  expect(pods[0]?.name).toBe('old');
});
