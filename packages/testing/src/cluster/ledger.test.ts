import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Ledger } from './ledger.js';

let ledger: Ledger;
beforeEach(() => {
  ledger = new Ledger();
});
afterEach(() => ledger.close());

describe('Ledger', () => {
  test('counts executions by request and by pod, and reads what was added meanwhile', () => {
    const [a, b] = [ledger.open('a'), ledger.open('b')];
    appendFileSync(a, 'one\ntwo\n');
    expect([ledger.executions('one'), ledger.executions('never'), ledger.executedTwice()]).toEqual([1, 0, []]);
    appendFileSync(b, 'two\nthree\n');
    appendFileSync(a, 'four\nfour\n');
    expect(ledger.executedTwice()).toEqual(['two', 'four']);
    expect(ledger.pods('two')).toEqual(['a', 'b']);
    expect([ledger.size, ...ledger.perPod()]).toEqual([4, ['a', 4], ['b', 2]]);
  });

  test('leaves a line for later that is not complete', () => {
    const file = ledger.open('a');
    appendFileSync(file, 'request-ö'.slice(0, 8));
    expect(ledger.size).toBe(0);
    appendFileSync(file, 'ö\n');
    expect(ledger.executions('request-ö')).toBe(1);
  });

  test('reads files longer than its buffer', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `request-${index}`);
    appendFileSync(ledger.open('a'), `${ids.join('\n')}\n`);
    expect([ledger.size, ledger.executions('request-19999')]).toEqual([20_000, 1]);
  });

  test('can be asked after its files were removed', () => {
    const file = ledger.open('a');
    appendFileSync(file, 'last\n');
    ledger.close();
    ledger.close();
    expect([ledger.executions('last'), existsSync(dirname(file))]).toEqual([1, false]);
  });
});
