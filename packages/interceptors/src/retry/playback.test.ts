import { expect, test } from '@jest/globals';
import { BottomCall } from '../channel/bottom-call.js';
import { FakeChannel } from '../../test/fake-channel.js';
import { Playback } from './playback.js';
import { ReplaySpace } from './replay-space.js';
import { Transcript } from './transcript.js';

test('once no attempt can follow, what was sent is forgotten', () => {
  const transcript = new Transcript(new ReplaySpace(100), 100);
  const wire = new FakeChannel(false);
  const playback = new Playback(transcript, new BottomCall(wire.createCall('/a/A', Infinity, null, null, null)));
  for (const text of ['1', '2', '3']) transcript.add({}, Buffer.from(text), 1);
  playback.begin();
  transcript.release();
  playback.forget();
  expect([transcript.messageAt(0)?.message, transcript.messageAt(2)]).toEqual([Buffer.from('2'), undefined]);
  wire.last.accept();
  wire.last.accept();
  expect([wire.last.sent, transcript.messageAt(0), playback.caughtUp]).toEqual([['1', '2', '3'], undefined, false]);
  wire.last.accept();
  expect(playback.caughtUp).toBe(true);
});

test('the space that a call took is given back once', () => {
  const space = new ReplaySpace(10);
  const transcript = new Transcript(space, 10);
  new Transcript(space, 10).add({}, 'x', 1);
  transcript.add({}, 'y', 2);
  expect(space.used).toBe(3);
  transcript.release();
  transcript.release();
  transcript.add({}, 'z', 5);
  expect([space.used, transcript.overflown]).toEqual([1, false]);
});
